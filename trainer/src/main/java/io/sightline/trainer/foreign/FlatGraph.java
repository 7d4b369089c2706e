package io.sightline.trainer.foreign;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorInfo;

/**
 * What leads from images to features, without functions.
 *
 * @param image what the images take the place of
 * @param output the features
 * @param variables by the tensor that has their value
 * @param nodes all others, each behind those that it takes from
 */
record FlatGraph(TensorName image, TensorName output, Map<TensorName, FlatNode> variables, List<FlatNode> nodes) {

    private static final String READ = "ReadVariableOp";
    private static final Set<String> PLACEHOLDERS = Set.of("Placeholder", "PlaceholderV2");

    /**
     * Inlines and prunes. What is only run, and gives nothing to the output, is left out: checks, updates of statistics.
     *
     * @throws ForeignModelException if the graph is broken, or needs what will not be there
     */
    static FlatGraph of(SavedModelFile model, RegisteredOps ops) {
        TensorInfo input = model.input();
        Inliner inliner = new Inliner(model.file(), model.nodes(), ops, false);
        TensorName image = TensorName.parse(input.getName());
        TensorName output = inliner.inline(TensorName.parse(model.output().getName()));
        List<FlatNode> needed = needed(inliner.nodes(), image, output);
        Map<String, FlatNode> handles = new HashMap<>();
        Map<TensorName, FlatNode> variables = new LinkedHashMap<>();
        List<FlatNode> nodes = new ArrayList<>();
        for (FlatNode node : needed) {
            FlatNode handle = node.op().equals(READ)
                    ? handles.get(node.tensors().getFirst().node())
                    : null;
            if (node.isVariable()) {
                handles.put(node.name(), node);
            } else if (handle != null) {
                variables.put(node.output(0), handle);
            } else if (node.isOldVariable()) {
                variables.put(node.output(0), node);
            } else {
                nodes.add(node);
            }
        }
        requireUsable(model.file(), variables.values(), nodes);
        return new FlatGraph(image, output, variables, nodes);
    }

    /** From the output backwards, not beyond the images. */
    private static List<FlatNode> needed(List<FlatNode> all, TensorName image, TensorName output) {
        Set<String> wanted = new HashSet<>(Set.of(output.node()));
        List<FlatNode> needed = new ArrayList<>();
        for (FlatNode node : all.reversed()) {
            if (wanted.contains(node.name()) && !node.name().equals(image.node())) {
                needed.add(node);
                node.tensors().forEach(tensor -> wanted.add(tensor.node()));
            }
        }
        Collections.reverse(needed);
        return needed;
    }

    private static void requireUsable(Path file, Iterable<FlatNode> variables, List<FlatNode> nodes) {
        for (FlatNode node : nodes) {
            if (PLACEHOLDERS.contains(node.op())) {
                throw new ForeignModelException(
                        file,
                        "its output takes '" + node.name()
                                + "', which is none of its signature's inputs: export it again");
            }
        }
        boolean hasSome = false;
        for (FlatNode variable : variables) {
            hasSome = true;
            boolean isKnown = variable.attribute("shape").hasShape()
                    && !variable.attribute("shape").getShape().getUnknownRank()
                    && variable.attribute("shape").getShape().getDimList().stream()
                            .allMatch(dimension -> dimension.getSize() >= 0);
            if (variable.type("dtype") != DataType.DT_FLOAT || !isKnown) {
                throw new ForeignModelException(
                        file,
                        "its variable '" + variable.variable() + "' is " + variable.type("dtype")
                                + (isKnown ? "" : " of an unknown shape")
                                + ", but only DT_FLOAT of a known shape can be trained: export it in float32");
            }
        }
        if (!hasSome) {
            throw new ForeignModelException(
                    file,
                    "its output takes no variables, as in frozen graphs: nothing of it could be trained; export it with"
                            + " its variables");
        }
    }
}
