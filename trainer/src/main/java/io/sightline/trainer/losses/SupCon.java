package io.sightline.trainer.losses;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Supervised contrastive loss, L_out (Khosla et al., NeurIPS 2020, equation 2): each sample is an anchor, and the
 * others of its class are to stand out by softmax among all other samples. The mean is over the anchors that have
 * positives; without any, the loss is 0. Immutable.
 *
 * @param temperature tau, 0.1 in the paper
 */
public record SupCon(double temperature) implements MetricLoss {

    /** The paper's settings. */
    public static final SupCon DEFAULT = new SupCon(0.1);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting and its value
     */
    public SupCon {
        Settings.requirePositive("supcon", "temperature", temperature);
    }

    @Override
    public String name() {
        return "supcon";
    }

    @Override
    public int proxiesPerClass() {
        return 0;
    }

    @Override
    public Map<String, String> describe() {
        return Map.of("loss", name(), "temperature", String.valueOf(temperature));
    }

    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        SampleSimilarities<T> pairs = SampleSimilarities.of(tf, type, inputs);
        Operand<T> one = Spheres.scalar(tf, type, 1);
        Operand<T> logits = tf.math.mul(pairs.cosines(), Spheres.scalar(tf, type, 1 / temperature));

        Operand<T> others = tf.math.add(pairs.positives(), pairs.negatives());
        Operand<T> all = LogSumExp.ofRows(tf, type, logits, others);
        Operand<T> positives = Spheres.rowDots(tf, pairs.positives(), pairs.positives());
        Operand<T> divisors = tf.stopGradient(tf.math.maximum(positives, one));
        Operand<T> own = tf.math.div(Spheres.rowDots(tf, logits, pairs.positives()), divisors);

        Operand<TInt32> both = tf.constant(new int[] {0, 1});
        Operand<T> counted = tf.stopGradient(tf.math.minimum(positives, one));
        Operand<T> anchors = tf.stopGradient(tf.math.maximum(tf.reduceSum(counted, both), one));
        Operand<T> losses = tf.math.mul(tf.math.sub(all, own), counted);
        return pairs.outputs(tf, type, tf.math.div(tf.reduceSum(losses, both), anchors));
    }
}
