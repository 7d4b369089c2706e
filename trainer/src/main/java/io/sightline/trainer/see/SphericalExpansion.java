package io.sightline.trainer.see;

import io.sightline.trainer.losses.Spheres;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.family.TFloating;

/**
 * Synthetic embeddings (SEE, section 3): an embedding z lies on a sphere of radius rho around M = (z.w) w in the
 * complement of its proxy w; its synthetics are the other vertices of a regular simplex on that sphere.
 *
 * <p>Each synthetic has unit norm and the same cosine to w as z; any two of z and its synthetics have cosine -1/E in
 * the complement of w; their mean is (z.w) w.
 */
final class SphericalExpansion {

    /** Below this radius the direction of z - M is rounding error: the sample is skipped. */
    static final double SMALLEST_RADIUS = 1e-6;

    private SphericalExpansion() {}

    /**
     * What the expansion of K samples gives.
     *
     * @param synthetics [K, E, d], unit vectors
     * @param weights [K, 1], 0 for degenerate samples (z = +-w), else 1
     */
    record Expanded<T extends TFloating>(Operand<T> synthetics, Operand<T> weights) {}

    /**
     * Adds the expansion to a graph.
     *
     * @param embeddings z, [K, d], unit rows
     * @param proxies w of each sample's own class, [K, d], unit rows, constants to the gradient
     * @param centers [E + 1, E]
     */
    static <T extends TFloating> Expanded<T> expand(
            Ops tf,
            Class<T> type,
            Operand<T> embeddings,
            Operand<T> proxies,
            double[][] centers,
            TangentDirections<T> directions) {
        Operand<T> w = tf.stopGradient(proxies);
        Operand<T> cosine = Spheres.rowDots(tf, embeddings, w);
        Operand<T> middle = tf.math.mul(cosine, w);
        Operand<T> radial = tf.math.sub(embeddings, middle);
        Operand<T> squared = Spheres.rowDots(tf, radial, radial);
        Operand<T> smallest = Spheres.scalar(tf, type, SMALLEST_RADIUS * SMALLEST_RADIUS);
        Operand<T> weights = tf.stopGradient(tf.dtypes.cast(tf.math.greaterEqual(squared, smallest), type));
        Operand<T> radius = tf.math.sqrt(tf.math.maximum(squared, smallest));
        Operand<T> tangent = tf.math.div(radial, radius);
        Operand<T> others = tf.stopGradient(directions.combine(tf, w, tangent));

        Operand<T> along = tf.math.mul(firstColumn(tf, type, centers), tf.expandDims(tangent, tf.constant(1)));
        Operand<T> onSphere = tf.math.mul(tf.expandDims(radius, tf.constant(1)), tf.math.add(along, others));
        return new Expanded<>(tf.math.add(tf.expandDims(middle, tf.constant(1)), onSphere), weights);
    }

    /** B[i][0] for i = 1 .. E, [1, E, 1]. */
    private static <T extends TFloating> Operand<T> firstColumn(Ops tf, Class<T> type, double[][] centers) {
        int e = centers.length - 1;
        double[][][] column = new double[1][e][1];
        for (int i = 1; i <= e; i++) {
            column[0][i - 1][0] = centers[i][0];
        }
        return tf.dtypes.cast(tf.constant(column), type);
    }
}
