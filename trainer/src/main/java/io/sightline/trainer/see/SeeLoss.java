package io.sightline.trainer.see;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Proxy-Anchor on the batch plus lambda times Proxy-Anchor on the synthetic embeddings alone, each labelled as its
 * source (SEE, equation 9). All samples at once; cosines in float32 or float64 by the graph's type.
 */
public final class SeeLoss {

    private SeeLoss() {}

    /**
     * Inputs of the loss.
     *
     * @param embeddings raw or unit, [N, d]; they are normalised here
     * @param labels row of each sample's class in the proxy table, [N]
     * @param proxies the raw proxy table, [C, d]
     * @param classWeights [C], 1 for rows in use
     * @param selected how many samples are expanded, a scalar; 0 is allowed
     * @param frame random orthonormal frame, [E + 1, d]
     */
    public record Inputs<T extends TFloating>(
            Operand<T> embeddings,
            Operand<TInt32> labels,
            Operand<T> proxies,
            Operand<T> classWeights,
            Operand<TInt32> selected,
            Operand<T> frame) {}

    /**
     * The scalars of the loss.
     *
     * @param total batch + lambda x synthetic
     * @param batch Proxy-Anchor on the batch
     * @param synthetic Proxy-Anchor on the synthetics
     * @param ownCosine mean cosine of a sample to its own proxy
     */
    public record Outputs<T extends TFloating>(
            Operand<T> total, Operand<T> batch, Operand<T> synthetic, Operand<T> ownCosine) {}

    /** Adds the loss to a graph. */
    public static <T extends TFloating> Outputs<T> of(Ops tf, Class<T> type, SeeSettings settings, Inputs<T> inputs) {
        double[][] centers = SimplexCenters.of(settings.expansions());
        return of(tf, type, settings, inputs, new SharedFrame<>(tf, type, inputs.frame, centers));
    }

    /** The same with bases from elsewhere; samples are expanded in ascending order of their index. */
    static <T extends TFloating> Outputs<T> of(
            Ops tf, Class<T> type, SeeSettings settings, Inputs<T> inputs, TangentDirections<T> directions) {
        Operand<T> z = Spheres.normalise(tf, type, inputs.embeddings);
        Operand<T> proxies = Spheres.normalise(tf, type, inputs.proxies);
        Operand<T> membership = membership(tf, type, inputs.labels, inputs.proxies);
        Operand<T> cosines = Spheres.allDots(tf, z, proxies);
        Operand<T> batch = settings.proxyAnchor()
                .terms(tf, type, cosines, membership, ones(tf, membership), inputs.classWeights)
                .total(tf);

        Operand<T> scores = tf.reduceSum(tf.math.mul(tf.stopGradient(cosines), membership), tf.constant(1));
        Operand<TInt32> chosen = topAscending(tf, scores, inputs.selected);
        Operand<T> synthetic = synthetic(tf, type, settings, inputs, z, proxies, chosen, directions);
        Operand<T> weighted = tf.math.mul(Spheres.scalar(tf, type, settings.lambda()), synthetic);
        Operand<T> ownCosine = tf.math.mean(scores, tf.constant(0));
        return new Outputs<>(tf.math.add(batch, weighted), batch, synthetic, ownCosine);
    }

    private static <T extends TFloating> Operand<T> synthetic(
            Ops tf,
            Class<T> type,
            SeeSettings settings,
            Inputs<T> inputs,
            Operand<T> z,
            Operand<T> proxies,
            Operand<TInt32> chosen,
            TangentDirections<T> directions) {
        Operand<TInt32> rows = tf.constant(0);
        Operand<TInt32> labels = tf.gather(inputs.labels, chosen, rows);
        Operand<T> source =
                tf.gather(settings.gradient() == SeeSettings.Gradient.DETACHED ? tf.stopGradient(z) : z, chosen, rows);
        Operand<T> own = tf.gather(tf.stopGradient(proxies), labels, rows);
        SphericalExpansion.Expanded<T> expanded =
                SphericalExpansion.expand(tf, type, source, own, SimplexCenters.of(settings.expansions()), directions);

        // Unit vectors already: normalising changes no value, but keeps the gradient through z on the sphere.
        Operand<T> flat = Spheres.normalise(tf, type, flatten(tf, expanded.synthetics(), inputs.embeddings));
        Operand<TInt32> repeat = tf.constant(new int[] {1, settings.expansions()});
        Operand<TInt32> column = tf.constant(new int[] {-1, 1});
        Operand<TInt32> all = tf.constant(new int[] {-1});
        Operand<TInt32> syntheticLabels = tf.reshape(tf.tile(tf.reshape(labels, column), repeat), all);
        Operand<T> weights = tf.reshape(tf.tile(expanded.weights(), repeat), column);
        Operand<T> cosines = Spheres.allDots(tf, flat, proxies);
        Operand<T> membership = membership(tf, type, syntheticLabels, inputs.proxies);
        ProxyAnchor.Terms<T> terms =
                settings.proxyAnchor().terms(tf, type, cosines, membership, weights, inputs.classWeights);
        return terms.total(tf);
    }

    /** [K, E, d] to [K E, d], also for K = 0. */
    private static <T extends TFloating> Operand<T> flatten(Ops tf, Operand<T> synthetics, Operand<T> embeddings) {
        Operand<TInt32> d = tf.slice(tf.shape(embeddings), tf.constant(new int[] {1}), tf.constant(new int[] {1}));
        Operand<TInt32> leading =
                tf.slice(tf.shape(synthetics), tf.constant(new int[] {0}), tf.constant(new int[] {2}));
        Operand<TInt32> rows = tf.reduceProd(leading, tf.constant(0));
        Operand<TInt32> shape = tf.concat(List.of(tf.reshape(rows, tf.constant(new int[] {1})), d), tf.constant(0));
        return tf.reshape(synthetics, tf.stopGradient(shape));
    }

    /** Indices of the highest scores in ascending order. */
    private static <T extends TFloating> Operand<TInt32> topAscending(
            Ops tf, Operand<T> scores, Operand<TInt32> count) {
        Operand<TInt32> best =
                tf.nn.topK(tf.stopGradient(scores), count, new TopK.Options[0]).indices();
        Operand<TInt32> ascending = tf.math.neg(
                tf.nn.topK(tf.math.neg(best), count, new TopK.Options[0]).values());
        return tf.stopGradient(ascending);
    }

    private static <T extends TFloating> Operand<T> membership(
            Ops tf, Class<T> type, Operand<TInt32> labels, Operand<T> proxies) {
        Operand<TInt32> classes = tf.reshape(
                tf.slice(tf.shape(proxies), tf.constant(new int[] {0}), tf.constant(new int[] {1})),
                tf.constant(Shape.scalar()));
        return tf.stopGradient(tf.oneHot(labels, classes, Spheres.scalar(tf, type, 1), Spheres.scalar(tf, type, 0)));
    }

    private static <T extends TFloating> Operand<T> ones(Ops tf, Operand<T> membership) {
        // Every sample is of exactly one class, so the row sums are ones of the right shape.
        return tf.reduceSum(membership, tf.constant(1), ReduceSum.keepDims(true));
    }
}
