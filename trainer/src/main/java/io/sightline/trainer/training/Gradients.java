package io.sightline.trainer.training;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Adds gradients to a graph.
 *
 * @param scale what the loss is multiplied by on the way and gradients are divided by: a power of two, 1 for nothing
 */
record Gradients(Graph graph, Ops tf, float scale) {

    /** Of a scalar by some values, in their order. */
    List<Operand<TFloat32>> of(Operand<TFloat32> loss, List<Operand<TFloat32>> values) {
        Output<?>[] by = values.stream().map(Operand::asOutput).toArray(Output<?>[]::new);
        boolean isScaled = scale != 1;
        Operand<TFloat32> scaled = isScaled ? tf.math.mul(loss, tf.constant(scale)) : loss;
        List<Operand<TFloat32>> gradients = new ArrayList<>();
        for (Output<?> gradient : graph.addGradients(scaled.asOutput(), by)) {
            gradients.add(isScaled ? tf.math.mul(asFloat(gradient), tf.constant(1 / scale)) : asFloat(gradient));
        }
        return gradients;
    }

    @SuppressWarnings("unchecked") // Gradients have the type of what they are taken of.
    private static Operand<TFloat32> asFloat(Output<?> gradient) {
        return (Operand<TFloat32>) gradient;
    }
}
