package io.sightline.trainer.losses;

import io.sightline.trainer.losses.MetricLoss.Inputs;
import io.sightline.trainer.losses.MetricLoss.Outputs;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * The pairs of a batch, which the losses without proxies share. Rows are anchors.
 *
 * @param cosines of all samples with each other, [N, N]
 * @param positives [N, N], 1 where two different samples are of one class, else 0; no gradient flows here
 * @param negatives [N, N], 1 where the classes differ, else 0; no gradient flows here
 */
record SampleSimilarities<T extends TFloating>(Operand<T> cosines, Operand<T> positives, Operand<T> negatives) {

    static <T extends TFloating> SampleSimilarities<T> of(Ops tf, Class<T> type, Inputs<T> inputs) {
        Operand<T> unit = Spheres.normalise(tf, type, inputs.embeddings());
        Operand<TInt32> labels = inputs.labels();
        Operand<TInt32> count = tf.reshape(tf.shape(labels), tf.constant(Shape.scalar()));
        Operand<T> same = equalPairs(tf, type, labels);
        Operand<T> self = equalPairs(tf, type, tf.range(tf.constant(0), count, tf.constant(1)));
        return new SampleSimilarities<>(
                Spheres.allDots(tf, unit, unit),
                tf.stopGradient(tf.math.sub(same, self)),
                tf.stopGradient(tf.math.sub(Spheres.scalar(tf, type, 1), same)));
    }

    /** What a loss without proxies gives. */
    Outputs<T> outputs(Ops tf, Class<T> type, Operand<T> loss) {
        return new Outputs<>(loss, loss, Spheres.scalar(tf, type, 0), meanPositive(tf, type));
    }

    /** Mean cosine of the positive pairs, 0 if there are none; a scalar without gradient. */
    private Operand<T> meanPositive(Ops tf, Class<T> type) {
        Operand<TInt32> both = tf.constant(new int[] {0, 1});
        Operand<T> pairs = tf.math.maximum(tf.reduceSum(positives, both), Spheres.scalar(tf, type, 1));
        return tf.stopGradient(tf.math.div(tf.reduceSum(tf.math.mul(cosines, positives), both), pairs));
    }

    private static <T extends TFloating> Operand<T> equalPairs(Ops tf, Class<T> type, Operand<TInt32> ids) {
        return tf.dtypes.cast(
                tf.math.equal(tf.expandDims(ids, tf.constant(1)), tf.expandDims(ids, tf.constant(0))), type);
    }
}
