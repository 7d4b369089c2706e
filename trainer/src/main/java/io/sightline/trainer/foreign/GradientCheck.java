package io.sightline.trainer.foreign;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.Output;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Tries, in a graph that is thrown away, whether gradients go from a model's output to its variables. This TensorFlow has
 * gradients for fewer ops than Python's has.
 */
final class GradientCheck implements AutoCloseable {

    private static final Set<String> CONTROL_FLOW = Set.of(
            "Switch",
            "RefSwitch",
            "Merge",
            "RefMerge",
            "Enter",
            "RefEnter",
            "Exit",
            "RefExit",
            "NextIteration",
            "RefNextIteration",
            "LoopCond");
    private static final Set<DataType> FLOATS =
            Set.of(DataType.DT_FLOAT, DataType.DT_HALF, DataType.DT_BFLOAT16, DataType.DT_DOUBLE);
    private static final Set<DataType> HANDLES = Set.of(DataType.DT_RESOURCE, DataType.DT_VARIANT);

    private final Path file;
    private final RegisteredOps ops;
    private final FlatGraph model;
    private final Graph graph = new Graph();
    private final Ops tf = Ops.create(graph);
    private final Map<TensorName, Output<?>> given = new HashMap<>();
    private final Map<String, Output<?>> variables = new LinkedHashMap<>();
    private final Rebuilt rebuilt;
    /** Ops that have no gradient, and an example of each. */
    private final Map<String, String> refused = new LinkedHashMap<>();

    /** Of a model for images of a type and shape. */
    GradientCheck(Path file, RegisteredOps ops, FlatGraph model, DataType imageType, Shape imageShape) {
        this.file = file;
        this.ops = ops;
        this.model = model;
        given.put(model.image(), placeholder(imageType, imageShape));
        model.variables()
                .forEach((tensor, variable) -> given.put(
                        tensor,
                        variables.computeIfAbsent(
                                variable.variable(), ignored -> placeholder(DataType.DT_FLOAT, shape(variable)))));
        rebuilt = new Rebuilt(file, tf, given);
    }

    /** Placeholders stand in for what is not there, and for what cannot be rebuilt. */
    private void rebuild() {
        for (FlatNode node : model.nodes()) {
            if (canBeRebuilt(node)) {
                rebuilt.add(node);
            } else {
                refused.putIfAbsent(node.op(), node.name());
                standIn(node);
            }
        }
    }

    static Shape shape(FlatNode variable) {
        return Shape.of(variable.attribute("shape").getShape().getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray());
    }

    /** The features, with what is known of their shape; there once gradients have been tried. */
    Output<?> output() {
        return rebuilt.output(model.output());
    }

    /**
     * Rebuilds the model, and finds out which variables a gradient of its output reaches. Once only.
     *
     * @return their names
     * @throws ForeignModelException naming all ops on the way that have none
     */
    Set<String> reached() {
        rebuild();
        String problem = "";
        if (refused.isEmpty()) {
            try {
                return reached(gradients(output(), variables.values()));
            } catch (TensorFlowException | IllegalArgumentException e) {
                problem = String.valueOf(e.getMessage());
            }
        }
        tryEachOp();
        List<String> named = new ArrayList<>();
        refused.forEach((op, node) -> named.add(op + " ('" + node + "')"));
        throw new ForeignModelException(
                file,
                "it cannot be fine-tuned: no gradient goes through "
                        + (named.isEmpty() ? "all of it (" + problem + ")" : String.join(", ", named))
                        + " on the way from its variables to its output. Export a signature that ends before that, or a"
                        + " model without control flow and lookups");
    }

    @Override
    public void close() {
        graph.close();
    }

    private Set<String> reached(Output<?>[] gradients) {
        Set<String> reached = new HashSet<>();
        int next = 0;
        for (String name : variables.keySet()) {
            if (isThere(gradients[next++])) {
                reached.add(name);
            }
        }
        if (reached.isEmpty()) {
            throw new ForeignModelException(
                    file,
                    "no gradient of its output reaches any of its " + variables.size()
                            + " variables: export it without stopping gradients");
        }
        return reached;
    }

    /** A gradient that is none is an output of no op at all. */
    private static boolean isThere(Output<?> gradient) {
        return gradient.op() instanceof GraphOperation operation && operation.getUnsafeNativeHandle() != null;
    }

    /** One node of each op that variables reach. */
    private void tryEachOp() {
        Set<TensorName> moved = new HashSet<>(model.variables().keySet());
        Set<String> tried = new HashSet<>();
        for (FlatNode node : model.nodes()) {
            List<TensorName> from =
                    node.tensors().stream().filter(moved::contains).toList();
            if (from.isEmpty()) {
                continue;
            }
            List<DataType> types = ops.outputTypes(node.op(), node.attributes());
            for (int i = 0; i < types.size(); i++) {
                moved.add(node.output(i));
            }
            if (!refused.containsKey(node.op()) && tried.add(node.op())) {
                tryOne(node, from, types);
            }
        }
    }

    private void tryOne(FlatNode node, List<TensorName> from, List<DataType> types) {
        List<Output<?>> inputs = new ArrayList<>();
        from.forEach(tensor -> inputs.add(rebuilt.output(tensor)));
        inputs.removeIf(input -> !FLOATS.contains(input.dataType()));
        int output = 0;
        while (output < types.size() && !FLOATS.contains(types.get(output))) {
            output++;
        }
        if (inputs.isEmpty() || output == types.size()) {
            return;
        }
        try {
            gradients(rebuilt.output(node.output(output)), inputs);
        } catch (TensorFlowException | IllegalArgumentException e) {
            refused.putIfAbsent(node.op(), node.name());
        }
    }

    private Output<?>[] gradients(Output<?> of, Collection<Output<?>> by) {
        return graph.addGradients(of, by.toArray(new Output<?>[0]));
    }

    private boolean canBeRebuilt(FlatNode node) {
        // Variables themselves were taken out: who still takes one does not just read it.
        boolean takesHandles =
                node.tensors().stream().anyMatch(tensor -> !given.containsKey(tensor) && !rebuilt.has(tensor.node()));
        return ops.has(node.op())
                && !CONTROL_FLOW.contains(node.op())
                && !node.takesFunctions()
                && !takesHandles
                && ops.outputTypes(node.op(), node.attributes()).stream().noneMatch(HANDLES::contains);
    }

    private void standIn(FlatNode node) {
        List<DataType> types = ops.outputTypes(node.op(), node.attributes());
        for (int i = 0; i < types.size(); i++) {
            DataType type = types.get(i) == DataType.DT_INVALID ? DataType.DT_FLOAT : types.get(i);
            given.put(node.output(i), placeholder(type, Shape.unknown()));
        }
    }

    private Output<?> placeholder(DataType type, Shape shape) {
        return tf.scope()
                .opBuilder("Placeholder", "Placeholder")
                .setAttr("dtype", type)
                .setAttr("shape", shape)
                .build()
                .output(0);
    }
}
