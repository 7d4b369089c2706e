package io.sightline.trainer.losses;

import io.sightline.trainer.losses.MetricLoss.Inputs;
import io.sightline.trainer.losses.MetricLoss.Outputs;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/** Softmax over the classes in use, which the losses with proxies share. */
final class ProxySoftmax {

    private ProxySoftmax() {}

    /** The loss whose logits are the cosines to the one proxy of each class, times a scale. */
    static <T extends TFloating> Outputs<T> ofCosines(Ops tf, Class<T> type, Inputs<T> inputs, double scale) {
        Operand<T> cosines = cosines(tf, type, inputs);
        Operand<T> membership = Spheres.membership(tf, type, inputs.labels(), inputs.classWeights());
        Operand<T> logits = tf.math.mul(cosines, Spheres.scalar(tf, type, scale));
        Operand<T> loss = crossEntropy(tf, type, logits, membership, inputs.classWeights());
        return new Outputs<>(loss, loss, Spheres.scalar(tf, type, 0), ownCosine(tf, cosines, membership));
    }

    /** Cosines of all samples and proxies, [N, C K]. */
    static <T extends TFloating> Operand<T> cosines(Ops tf, Class<T> type, Inputs<T> inputs) {
        return Spheres.allDots(
                tf, Spheres.normalise(tf, type, inputs.embeddings()), Spheres.normalise(tf, type, inputs.proxies()));
    }

    /**
     * Mean over the batch of -log softmax of the own class, scalar.
     *
     * @param logits [N, C]
     * @param membership [N, C], see {@link Spheres#membership}
     * @param classWeights [C], 1 for classes in use, 0 for those that are left out
     */
    static <T extends TFloating> Operand<T> crossEntropy(
            Ops tf, Class<T> type, Operand<T> logits, Operand<T> membership, Operand<T> classWeights) {
        Operand<T> all = LogSumExp.ofRows(tf, type, logits, classWeights);
        Operand<T> losses = tf.math.sub(all, Spheres.rowDots(tf, logits, membership));
        return tf.math.mean(losses, tf.constant(new int[] {0, 1}));
    }

    /** Mean over the batch of the cosine to the own class; [N, C] and [N, C] to a scalar without gradient. */
    static <T extends TFloating> Operand<T> ownCosine(Ops tf, Operand<T> cosines, Operand<T> membership) {
        Operand<T> own = Spheres.rowDots(tf, cosines, membership);
        return tf.stopGradient(tf.math.mean(own, tf.constant(new int[] {0, 1})));
    }
}
