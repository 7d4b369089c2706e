package io.sightline.trainer.see;

import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.losses.Spheres;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.TopK;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/**
 * Proxy-Anchor on the batch plus lambda times Proxy-Anchor on the synthetic embeddings alone, each labelled as its
 * source (SEE, equation 9). All samples at once.
 */
public final class SeeLoss {

    private SeeLoss() {}

    /** Adds the loss to a graph, with bases carried over from the step's random frame. */
    public static <T extends TFloating> MetricLoss.Outputs<T> of(
            Ops tf, Class<T> type, SeeSettings settings, MetricLoss.Inputs<T> inputs) {
        double[][] centers = SimplexCenters.of(settings.expansions());
        return of(
                tf,
                type,
                settings,
                inputs,
                new SharedFrame<>(tf, type, inputs.expansion().frame(), centers));
    }

    /** The same with bases from elsewhere; samples are expanded in ascending order of their index. */
    public static <T extends TFloating> MetricLoss.Outputs<T> of(
            Ops tf, Class<T> type, SeeSettings settings, MetricLoss.Inputs<T> inputs, TangentDirections<T> directions) {
        ProxyAnchor loss = settings.proxyAnchor();
        Operand<T> z = Spheres.normalise(tf, type, inputs.embeddings());
        Operand<T> proxies = Spheres.normalise(tf, type, inputs.proxies());
        Operand<T> membership = Spheres.membership(tf, type, inputs.labels(), inputs.classWeights());
        Operand<T> cosines = loss.cosines(tf, z, proxies);
        Operand<T> batch = loss.terms(tf, type, cosines, membership, Spheres.scalar(tf, type, 1), inputs.classWeights())
                .total(tf);

        Operand<T> scores = ProxyAnchor.own(tf, cosines, membership);
        Operand<TInt32> chosen = chosen(tf, scores, inputs.expansion());
        Operand<T> synthetic = synthetic(tf, type, settings, inputs, z, proxies, chosen, directions);
        Operand<T> weighted = tf.math.mul(Spheres.scalar(tf, type, settings.lambda()), synthetic);
        Operand<T> ownCosine = tf.math.mean(scores, tf.constant(0));
        return new MetricLoss.Outputs<>(tf.math.add(batch, weighted), batch, synthetic, ownCosine);
    }

    private static <T extends TFloating> Operand<T> synthetic(
            Ops tf,
            Class<T> type,
            SeeSettings settings,
            MetricLoss.Inputs<T> inputs,
            Operand<T> z,
            Operand<T> proxies,
            Operand<TInt32> chosen,
            TangentDirections<T> directions) {
        Operand<TInt32> rows = tf.constant(0);
        Operand<TInt32> labels = tf.gather(inputs.labels(), chosen, rows);
        Operand<T> source = tf.gather(source(tf, settings, inputs.expansion(), z), chosen, rows);
        Operand<T> own = ownProxies(tf, settings.proxyAnchor(), source, tf.stopGradient(proxies), labels);
        SphericalExpansion.Expanded<T> expanded =
                SphericalExpansion.expand(tf, type, source, own, SimplexCenters.of(settings.expansions()), directions);

        // Unit vectors already: normalising changes no value, but keeps the gradient through z on the sphere.
        Operand<T> flat = flatten(tf, expanded.synthetics(), inputs.embeddings());
        if (settings.gradient() instanceof SeeSettings.Gradient.ThroughZ) {
            flat = Spheres.normalise(tf, type, flat);
        }
        Operand<TInt32> repeat = tf.constant(new int[] {1, settings.expansions()});
        Operand<TInt32> column = tf.constant(new int[] {-1, 1});
        Operand<TInt32> all = tf.constant(new int[] {-1});
        Operand<TInt32> syntheticLabels = tf.reshape(tf.tile(tf.reshape(labels, column), repeat), all);
        Operand<T> weights = tf.reshape(tf.tile(expanded.weights(), repeat), column);
        Operand<T> cosines = settings.proxyAnchor().cosines(tf, flat, proxies);
        Operand<T> membership = Spheres.membership(tf, type, syntheticLabels, inputs.classWeights());
        ProxyAnchor.Terms<T> terms =
                settings.proxyAnchor().terms(tf, type, cosines, membership, weights, inputs.classWeights());
        return switch (settings.term()) {
            case BOTH -> terms.total(tf);
            case NEGATIVE -> terms.negative();
        };
    }

    /** z itself; how much of the gradient goes through it is the variant, and may change while training. */
    private static <T extends TFloating> Operand<T> source(
            Ops tf, SeeSettings settings, MetricLoss.ExpansionInputs<T> expansion, Operand<T> z) {
        Operand<T> constant = tf.stopGradient(z);
        return switch (settings.gradient()) {
            case SeeSettings.Gradient.Detached detached -> constant;
            case SeeSettings.Gradient.ThroughZ late ->
                tf.math.add(constant, tf.math.mul(expansion.throughEmbedding(), tf.math.sub(z, constant)));
        };
    }

    /** Each sample's own proxy, the nearest where its class has several; [K, d]. */
    private static <T extends TFloating> Operand<T> ownProxies(
            Ops tf, ProxyAnchor loss, Operand<T> source, Operand<T> proxies, Operand<TInt32> labels) {
        if (loss.proxiesPerClass() == 1) {
            return tf.gather(proxies, labels, tf.constant(0));
        }
        Operand<T> dots = loss.byClass(tf, Spheres.allDots(tf, tf.stopGradient(source), proxies));
        Operand<TInt32> samples =
                tf.range(tf.constant(0), tf.reshape(tf.shape(labels), tf.constant(Shape.scalar())), tf.constant(1));
        Operand<T> ownDots =
                tf.gatherNd(dots, tf.stack(List.of(samples, labels), org.tensorflow.op.core.Stack.axis(1L)));
        Operand<TInt32> nearest = tf.math.argMax(ownDots, tf.constant(1), TInt32.class);
        Operand<TInt32> row = tf.math.add(tf.math.mul(labels, tf.constant(loss.proxiesPerClass())), nearest);
        return tf.gather(proxies, tf.stopGradient(row), tf.constant(0));
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

    /** Indices of the highest scores at or above the threshold, up to the count, in ascending order. */
    private static <T extends TFloating> Operand<TInt32> chosen(
            Ops tf, Operand<T> scores, MetricLoss.ExpansionInputs<T> expansion) {
        Operand<TInt32> above = tf.reduceSum(
                tf.dtypes.cast(tf.math.greaterEqual(scores, expansion.threshold()), TInt32.class), tf.constant(0));
        Operand<TInt32> count = tf.math.minimum(above, expansion.count());
        Operand<TInt32> best =
                tf.nn.topK(tf.stopGradient(scores), count, new TopK.Options[0]).indices();
        Operand<TInt32> ascending = tf.math.neg(
                tf.nn.topK(tf.math.neg(best), count, new TopK.Options[0]).values());
        return tf.stopGradient(ascending);
    }
}
