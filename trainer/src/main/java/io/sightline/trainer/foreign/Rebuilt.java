package io.sightline.trainer.foreign;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.op.Ops;

/** Flat nodes as ops of a graph. Not thread-safe. */
final class Rebuilt {

    private final Path file;
    private final Ops tf;
    private final Map<TensorName, Output<?>> given;
    private final Map<String, Operation> operations = new HashMap<>();

    /**
     * Nothing yet.
     *
     * @param file for messages
     * @param given tensors that are there already, in place of those of the model
     */
    Rebuilt(Path file, Ops tf, Map<TensorName, Output<?>> given) {
        this.file = file;
        this.tf = tf;
        this.given = given;
    }

    /**
     * Adds a node behind all that it takes from.
     *
     * @throws ForeignModelException if this TensorFlow refuses it
     */
    void add(FlatNode node) {
        try {
            OperationBuilder builder = tf.scope().opBuilder(node.op(), node.op());
            for (FlatNode.Argument input : node.inputs()) {
                List<Output<?>> tensors = outputs(input);
                if (input.isList()) {
                    builder.addInputList(tensors.toArray(new Output<?>[0]));
                } else {
                    tensors.forEach(builder::addInput);
                }
            }
            node.attributes().forEach(builder::setAttr);
            operations.put(node.name(), builder.build());
        } catch (TensorFlowException | IllegalArgumentException e) {
            throw new ForeignModelException(
                    file,
                    "node '" + node.name() + "' (" + node.op() + ") cannot be built: " + e.getMessage()
                            + ". If a shape is wrong, add --image-size with the side that the model was trained with; else"
                            + " export it with TensorFlow " + TensorFlow.version() + " or an older one",
                    e);
        }
    }

    private List<Output<?>> outputs(FlatNode.Argument input) {
        List<Output<?>> tensors = new ArrayList<>();
        input.tensors().forEach(tensor -> tensors.add(output(tensor)));
        return tensors;
    }

    /** A tensor of the model in this graph. */
    Output<?> output(TensorName tensor) {
        Output<?> there = given.get(tensor);
        return there == null ? operation(tensor.node()).output(tensor.output()) : there;
    }

    /** Whether a node was added. */
    boolean has(String node) {
        return operations.containsKey(node);
    }

    private Operation operation(String node) {
        Operation operation = operations.get(node);
        if (operation == null) {
            throw new ForeignModelException(file, "nothing gives '" + node + "', which others take from");
        }
        return operation;
    }
}
