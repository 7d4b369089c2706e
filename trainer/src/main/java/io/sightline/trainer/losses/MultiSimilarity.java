package io.sightline.trainer.losses;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceMin;
import org.tensorflow.types.family.TFloating;

/**
 * Multi-Similarity loss (Wang et al., CVPR 2019): of each anchor's pairs, those that are mined by comparison with its
 * hardest pair of the other kind are weighted by a soft maximum. The mean is over the whole batch; an anchor without
 * positives or without negatives has no pairs mined and adds 0. Immutable.
 *
 * @param alpha scale of positive pairs, 2 in the paper
 * @param beta scale of negative pairs, 50 in the paper
 * @param base lambda, the cosine that pairs are compared with; 1 in the paper's text, 0.5 in its authors' code
 * @param miningMargin epsilon, 0.1 in the paper
 */
public record MultiSimilarity(double alpha, double beta, double base, double miningMargin) implements MetricLoss {

    /** The paper's settings, with the base of its authors' code. */
    public static final MultiSimilarity DEFAULT = new MultiSimilarity(2, 50, 0.5, 0.1);

    /** Beyond every cosine: a hardest pair that does not exist. */
    private static final double NEVER = 1e30;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting and its value
     */
    public MultiSimilarity {
        Settings.requirePositive("multi-similarity", "alpha", alpha);
        Settings.requirePositive("multi-similarity", "beta", beta);
        Settings.requireCosine("multi-similarity", "base", base);
        Settings.requireNotNegative("multi-similarity", "miningMargin", miningMargin);
    }

    @Override
    public String name() {
        return "multi-similarity";
    }

    @Override
    public int proxiesPerClass() {
        return 0;
    }

    @Override
    public Map<String, String> describe() {
        return Map.of(
                "loss", name(),
                "alpha", String.valueOf(alpha),
                "beta", String.valueOf(beta),
                "base", String.valueOf(base),
                "miningMargin", String.valueOf(miningMargin));
    }

    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        SampleSimilarities<T> pairs = SampleSimilarities.of(tf, type, inputs);
        Operand<T> above = tf.math.sub(pairs.cosines(), Spheres.scalar(tf, type, base));
        Operand<T> pull = softMaximum(tf, type, above, minedPositives(tf, type, pairs), -alpha);
        Operand<T> push = softMaximum(tf, type, above, minedNegatives(tf, type, pairs), beta);
        return pairs.outputs(tf, type, tf.math.mean(tf.math.add(pull, push), tf.constant(new int[] {0, 1})));
    }

    /** log(1 + sum exp(scale (cosine - base))) / |scale| over an anchor's mined pairs; [N, N] to [N, 1]. */
    private static <T extends TFloating> Operand<T> softMaximum(
            Ops tf, Class<T> type, Operand<T> above, Operand<T> mined, double scale) {
        Operand<T> scaled = tf.math.mul(above, Spheres.scalar(tf, type, scale));
        return tf.math.div(LogSumExp.ofRowsAndZero(tf, type, scaled, mined), Spheres.scalar(tf, type, Math.abs(scale)));
    }

    /** Positives below the hardest negative + epsilon; [N, N] of 1 and 0. */
    private <T extends TFloating> Operand<T> minedPositives(Ops tf, Class<T> type, SampleSimilarities<T> pairs) {
        Operand<T> negatives = LogSumExp.masked(tf, type, pairs.cosines(), pairs.negatives(), -NEVER);
        Operand<T> hardest = tf.reduceMax(negatives, tf.constant(-1), ReduceMax.keepDims(true));
        Operand<T> bound = tf.math.add(hardest, Spheres.scalar(tf, type, miningMargin));
        Operand<T> mined = tf.dtypes.cast(tf.math.less(pairs.cosines(), bound), type);
        return tf.stopGradient(tf.math.mul(mined, pairs.positives()));
    }

    /** Negatives above the hardest positive - epsilon; [N, N] of 1 and 0. */
    private <T extends TFloating> Operand<T> minedNegatives(Ops tf, Class<T> type, SampleSimilarities<T> pairs) {
        Operand<T> positives = LogSumExp.masked(tf, type, pairs.cosines(), pairs.positives(), NEVER);
        Operand<T> hardest = tf.reduceMin(positives, tf.constant(-1), ReduceMin.keepDims(true));
        Operand<T> bound = tf.math.sub(hardest, Spheres.scalar(tf, type, miningMargin));
        Operand<T> mined = tf.dtypes.cast(tf.math.greater(pairs.cosines(), bound), type);
        return tf.stopGradient(tf.math.mul(mined, pairs.negatives()));
    }
}
