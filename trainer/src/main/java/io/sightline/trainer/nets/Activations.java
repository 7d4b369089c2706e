package io.sightline.trainer.nets;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TUint8;

/**
 * What training keeps of an image between forward and backward pass: the inputs and outputs of operations that their
 * gradients read again. Found in the network's own graph, so that it holds for any network.
 *
 * @param kept numbers of an image that are kept, float32 each
 * @param largest the most that one operation gives
 */
public record Activations(long kept, long largest) {

    /** Operations whose gradient reads what they were given. */
    private static final Set<String> READ_INPUTS = Set.of(
            "Conv2D",
            "DepthwiseConv2dNative",
            "MatMul",
            "BatchMatMulV3",
            "BatchMatMulV2",
            "BatchMatMul",
            "Mul",
            "RealDiv",
            "Div",
            "Square",
            "Maximum",
            "MaxPool",
            "Erf",
            "FusedBatchNormV3");

    /** Operations whose gradient reads what they gave. */
    private static final Set<String> READ_OUTPUTS =
            Set.of("Relu", "Relu6", "Softmax", "Sqrt", "Rsqrt", "MaxPool", "RealDiv");

    /** Operations that give the memory on that they were given. */
    private static final Set<String> SAME_MEMORY = Set.of("Reshape", "Identity", "StopGradient");

    /** Counts those of a network. */
    public static Activations of(EmbeddingNet net) {
        NativeTensorFlow.load();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            long[] shape = net.inputShape().asArray();
            net.build(
                    tf,
                    tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(1, shape[1], shape[2], shape[3]))),
                    new WeightList());
            return of(graph);
        }
    }

    private static Activations of(Graph graph) {
        Map<String, String> memory = new HashMap<>();
        Set<String> kept = new HashSet<>();
        Map<String, Long> sizes = new HashMap<>();
        for (NodeDef node : graph.toGraphDef().getNodeList()) {
            String own = SAME_MEMORY.contains(node.getOp())
                    ? memory.getOrDefault(producer(node.getInput(0)), node.getName())
                    : node.getName();
            memory.put(node.getName(), own);
            sizes.put(node.getName(), size(node, graph));
            if (READ_OUTPUTS.contains(node.getOp())) {
                kept.add(own);
            }
            if (READ_INPUTS.contains(node.getOp())) {
                node.getInputList().forEach(input -> kept.add(memory.getOrDefault(producer(input), input)));
            }
        }
        long all = kept.stream().mapToLong(name -> sizes.getOrDefault(name, 0L)).sum();
        long largest = sizes.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return new Activations(all, largest);
    }

    /** Numbers of the first output; none of weights, constants and what is not float32. */
    private static long size(NodeDef node, Graph graph) {
        if (node.getOp().equals("Placeholder") || node.getOp().equals("Const")) {
            return 0;
        }
        GraphOperation operation = graph.operation(node.getName());
        if (operation == null || operation.numOutputs() == 0) {
            return 0;
        }
        var output = operation.output(0);
        Shape shape = output.shape();
        boolean isKnown = !shape.isUnknown() && !shape.hasUnknownDimension();
        return isKnown && output.dataType() == DataType.DT_FLOAT ? shape.size() : 0;
    }

    /** {@code name} of {@code name:1}. */
    private static String producer(String input) {
        int colon = input.indexOf(':');
        return colon < 0 ? input : input.substring(0, colon);
    }
}
