package io.sightline.trainer.losses;

import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * Proxy-Anchor (Kim et al., CVPR 2020, equation 4): each proxy is an anchor that pulls the samples of its class and
 * pushes all others. With several proxies a class, a sample's cosine to the class is that to the nearest of them.
 * Immutable.
 *
 * @param alpha scale, 32 in the paper
 * @param margin delta, 0.1 in the paper
 * @param proxiesPerClass K, 1 in the paper
 */
public record ProxyAnchor(double alpha, double margin, int proxiesPerClass) implements MetricLoss {

    /** The paper's settings. */
    public static final ProxyAnchor DEFAULT = new ProxyAnchor(32, 0.1, 1);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value
     */
    public ProxyAnchor {
        if (!(alpha > 0) || !(margin >= 0) || proxiesPerClass < 1) {
            throw new IllegalArgumentException("Proxy-Anchor needs alpha > 0, margin >= 0 and a proxy a class, not "
                    + alpha + ", " + margin + " and " + proxiesPerClass);
        }
    }

    @Override
    public String name() {
        return "proxy-anchor";
    }

    @Override
    public Map<String, String> describe() {
        return Map.of(
                "loss", name(),
                "alpha", String.valueOf(alpha),
                "margin", String.valueOf(margin),
                "proxiesPerClass", String.valueOf(proxiesPerClass));
    }

    /**
     * The two terms of the loss, scalars.
     *
     * @param positive mean over the classes present in the batch of log(1 + sum exp(-alpha (c - delta)))
     * @param negative mean over all classes of log(1 + sum exp(alpha (c + delta)))
     */
    public record Terms<T extends TFloating>(Operand<T> positive, Operand<T> negative) {

        /** Their sum. */
        public Operand<T> total(Ops tf) {
            return tf.math.add(positive, negative);
        }
    }

    @Override
    public <T extends TFloating> Outputs<T> build(Ops tf, Class<T> type, Inputs<T> inputs) {
        Operand<T> z = Spheres.normalise(tf, type, inputs.embeddings());
        Operand<T> membership = Spheres.membership(tf, type, inputs.labels(), inputs.classWeights());
        Operand<T> cosines = cosines(tf, z, Spheres.normalise(tf, type, inputs.proxies()));
        Operand<T> every = Spheres.scalar(tf, type, 1);
        Operand<T> loss = terms(tf, type, cosines, membership, every, inputs.classWeights())
                .total(tf);
        return new Outputs<>(
                loss, loss, Spheres.scalar(tf, type, 0), tf.math.mean(own(tf, cosines, membership), tf.constant(0)));
    }

    /**
     * Cosines of samples and classes.
     *
     * @param embeddings [N, d], unit rows
     * @param proxies [C K, d], unit rows
     * @return [N, C], those to the nearest of each class's proxies
     */
    public <T extends TFloating> Operand<T> cosines(Ops tf, Operand<T> embeddings, Operand<T> proxies) {
        Operand<T> all = Spheres.allDots(tf, embeddings, proxies);
        if (proxiesPerClass == 1) {
            return all;
        }
        return tf.max(byClass(tf, all), tf.constant(2));
    }

    /** [N, C K] to [N, C, K]. */
    public <T extends TFloating> Operand<T> byClass(Ops tf, Operand<T> all) {
        Operand<org.tensorflow.types.TInt32> samples =
                tf.slice(tf.shape(all), tf.constant(new int[] {0}), tf.constant(new int[] {1}));
        return tf.reshape(
                all,
                tf.concat(java.util.List.of(samples, tf.constant(new int[] {-1, proxiesPerClass})), tf.constant(0)));
    }

    /** Each sample's cosine to its own class, [N], without gradient. */
    public static <T extends TFloating> Operand<T> own(Ops tf, Operand<T> cosines, Operand<T> membership) {
        return tf.reduceSum(tf.math.mul(tf.stopGradient(cosines), membership), tf.constant(1));
    }

    /**
     * Adds the loss to a graph.
     *
     * @param cosines [N, C] of samples and classes
     * @param membership [N, C], 1 where the sample is of the class, else 0; no gradient flows here
     * @param sampleWeights [N, 1] or a scalar, 1 for samples that count, 0 for those to be skipped
     * @param classWeights [C], 1 for classes in use, 0 for spare rows of the proxy table
     */
    public <T extends TFloating> Terms<T> terms(
            Ops tf,
            Class<T> type,
            Operand<T> cosines,
            Operand<T> membership,
            Operand<T> sampleWeights,
            Operand<T> classWeights) {
        Operand<T> scale = Spheres.scalar(tf, type, alpha);
        Operand<T> delta = Spheres.scalar(tf, type, margin);
        Operand<T> one = Spheres.scalar(tf, type, 1);
        Operand<T> own = tf.stopGradient(tf.math.mul(membership, sampleWeights));
        Operand<T> others = tf.stopGradient(tf.math.mul(tf.math.sub(one, membership), sampleWeights));

        Operand<T> pull = tf.math.exp(tf.math.mul(tf.math.neg(scale), tf.math.sub(cosines, delta)));
        Operand<T> push = tf.math.exp(tf.math.mul(scale, tf.math.add(cosines, delta)));
        Operand<T> pulled = tf.math.log1p(columnSums(tf, tf.math.mul(own, pull)));
        Operand<T> pushed = tf.math.log1p(columnSums(tf, tf.math.mul(others, push)));

        Operand<T> present = tf.stopGradient(tf.math.minimum(columnSums(tf, own), one));
        Operand<T> presentClasses = tf.math.maximum(sum(tf, present), one);
        Operand<T> classes = tf.math.maximum(sum(tf, classWeights), one);
        Operand<T> positive = tf.math.div(sum(tf, pulled), tf.stopGradient(presentClasses));
        Operand<T> negative =
                tf.math.div(sum(tf, tf.math.mul(pushed, tf.stopGradient(classWeights))), tf.stopGradient(classes));
        return new Terms<>(positive, negative);
    }

    private static <T extends TFloating> Operand<T> columnSums(Ops tf, Operand<T> matrix) {
        return tf.reduceSum(matrix, tf.constant(0));
    }

    private static <T extends TFloating> Operand<T> sum(Ops tf, Operand<T> vector) {
        return tf.reduceSum(vector, tf.constant(0));
    }
}
