package io.sightline.trainer.losses;

import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * SoftTriple (Qian et al., ICCV 2019): softmax over classes of several proxies each, where a class's similarity is a
 * soft maximum of those of its proxies (equation 8), plus a regulariser that draws a class's proxies together
 * (equations 9 and 10). Its total is its batch part, regulariser included. Immutable.
 *
 * @param proxiesPerClass K, 10 in the paper; without regulariser if 1
 * @param scale lambda, 20 in the paper
 * @param gamma temperature of the soft maximum over a class's proxies, 0.1 in the paper
 * @param margin delta, by which the own class has to be ahead, 0.01 in the paper
 * @param tau weight of the regulariser, 0.2 in the paper
 */
public record SoftTriple(int proxiesPerClass, double scale, double gamma, double margin, double tau)
        implements MetricLoss {

    /** The paper's settings. */
    public static final SoftTriple DEFAULT = new SoftTriple(10, 20, 0.1, 0.01, 0.2);

    /** Under the regulariser's root, as in its authors' code: the slope of a root at 0 is infinite. */
    private static final double ROOT_EPSILON = 1e-5;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting and its value
     */
    public SoftTriple {
        Settings.requireCount("soft-triple", "proxiesPerClass", proxiesPerClass);
        Settings.requirePositive("soft-triple", "scale", scale);
        Settings.requirePositive("soft-triple", "gamma", gamma);
        Settings.requireNotNegative("soft-triple", "margin", margin);
        Settings.requireNotNegative("soft-triple", "tau", tau);
    }

    @Override
    public String name() {
        return "soft-triple";
    }

    @Override
    public Map<String, String> describe() {
        return Map.of(
                "loss", name(),
                "proxiesPerClass", String.valueOf(proxiesPerClass),
                "scale", String.valueOf(scale),
                "gamma", String.valueOf(gamma),
                "margin", String.valueOf(margin),
                "tau", String.valueOf(tau));
    }

    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        Operand<T> cosines = byClass(tf, inputs, ProxySoftmax.cosines(tf, type, inputs));
        Operand<T> membership = Spheres.membership(tf, type, inputs.labels(), inputs.classWeights());

        Operand<T> margins = tf.math.mul(membership, Spheres.scalar(tf, type, margin));
        Operand<T> logits =
                tf.math.mul(tf.math.sub(softMaximum(tf, type, cosines), margins), Spheres.scalar(tf, type, scale));
        Operand<T> loss = ProxySoftmax.crossEntropy(tf, type, logits, membership, inputs.classWeights());
        if (proxiesPerClass > 1 && tau > 0) {
            loss = tf.math.add(loss, regulariser(tf, type, inputs));
        }
        Operand<T> nearest = tf.reduceMax(cosines, tf.constant(-1));
        return new Outputs<>(loss, loss, Spheres.scalar(tf, type, 0), ProxySoftmax.ownCosine(tf, nearest, membership));
    }

    /** [N, C K] to [N, C, K]. */
    private <T extends TFloating> Operand<T> byClass(Ops tf, Inputs<T> inputs, Operand<T> cosines) {
        Operand<TInt32> classes = tf.shape(inputs.classWeights());
        Operand<TInt32> shape = tf.concat(
                List.of(tf.constant(new int[] {-1}), classes, tf.constant(new int[] {proxiesPerClass})),
                tf.constant(0));
        return tf.reshape(cosines, shape);
    }

    /** Cosines weighted by their own softmax over a class's proxies; [N, C, K] to [N, C]. */
    private <T extends TFloating> Operand<T> softMaximum(Ops tf, Class<T> type, Operand<T> cosines) {
        Operand<T> weights = tf.nn.softmax(tf.math.mul(cosines, Spheres.scalar(tf, type, 1 / gamma)));
        return tf.reduceSum(tf.math.mul(weights, cosines), tf.constant(-1));
    }

    /** tau / (C K (K - 1)) times the sum of distances of each class's pairs of proxies, over the C classes in use. */
    private <T extends TFloating> Operand<T> regulariser(Ops tf, Class<T> type, Inputs<T> inputs) {
        Operand<TInt32> shape = tf.concat(
                List.of(tf.shape(inputs.classWeights()), tf.constant(new int[] {proxiesPerClass, -1})), tf.constant(0));
        Operand<T> proxies = tf.reshape(Spheres.normalise(tf, type, inputs.proxies()), shape);
        Operand<T> cosines = tf.train.batchMatMul(proxies, proxies, type, BatchMatMul.adjY(true));
        Operand<T> two = Spheres.scalar(tf, type, 2);
        Operand<T> squared = tf.math.sub(Spheres.scalar(tf, type, 2 + ROOT_EPSILON), tf.math.mul(two, cosines));
        Operand<T> distances = tf.math.mul(tf.math.sqrt(squared), Spheres.matrix(tf, type, pairs()));

        Operand<T> inUse = tf.stopGradient(inputs.classWeights());
        Operand<T> perClass = tf.reduceSum(distances, tf.constant(new int[] {1, 2}));
        Operand<T> sum = tf.reduceSum(tf.math.mul(perClass, inUse), tf.constant(0));
        Operand<T> classes = tf.math.maximum(tf.reduceSum(inUse, tf.constant(0)), Spheres.scalar(tf, type, 1));
        double weight = tau / (proxiesPerClass * (proxiesPerClass - 1.0));
        return tf.math.mul(tf.math.div(sum, tf.stopGradient(classes)), Spheres.scalar(tf, type, weight));
    }

    /** [K, K], 1 above the diagonal, so that each pair counts once. */
    private double[][] pairs() {
        double[][] pairs = new double[proxiesPerClass][proxiesPerClass];
        for (int s = 0; s < proxiesPerClass; s++) {
            for (int t = s + 1; t < proxiesPerClass; t++) {
                pairs[s][t] = 1;
            }
        }
        return pairs;
    }
}
