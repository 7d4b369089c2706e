package io.sightline.indexer.projection;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The two directions in which vectors differ most, found by power iteration on the covariance without ever building it:
 * O(n d) an iteration. Deterministic. Stateless.
 */
final class PrincipalComponents {

    private static final int ITERATIONS = 60;
    private static final long SEED = 1;

    private PrincipalComponents() {}

    /**
     * Coordinates along both directions, [n][2].
     *
     * @param vectors [n][d]
     */
    static double[][] project(float[][] vectors) {
        int d = vectors[0].length;
        double[] mean = mean(vectors, d);
        double[] first = direction(vectors, mean, null);
        double[] second = direction(vectors, mean, first);
        double[][] plane = new double[vectors.length][2];
        for (int i = 0; i < vectors.length; i++) {
            plane[i][0] = dot(vectors[i], mean, first);
            plane[i][1] = dot(vectors[i], mean, second);
        }
        return plane;
    }

    private static double[] mean(float[][] vectors, int d) {
        double[] mean = new double[d];
        for (float[] vector : vectors) {
            for (int j = 0; j < d; j++) {
                mean[j] += vector[j] / vectors.length;
            }
        }
        return mean;
    }

    /** The strongest direction that is orthogonal to another one, which may be null. */
    private static double[] direction(float[][] vectors, double[] mean, double @Nullable [] other) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] direction = random.doubles(mean.length, -1, 1).toArray();
        orthonormalise(direction, other);
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double[] next = new double[mean.length];
            for (float[] vector : vectors) {
                double along = dot(vector, mean, direction);
                for (int j = 0; j < next.length; j++) {
                    next[j] += along * (vector[j] - mean[j]);
                }
            }
            if (!orthonormalise(next, other)) {
                // Nothing differs in any other direction.
                return next;
            }
            direction = next;
        }
        return direction;
    }

    /** False if nothing is left, and it is zero then. */
    private static boolean orthonormalise(double[] direction, double @Nullable [] other) {
        if (other != null) {
            double along = 0;
            for (int j = 0; j < direction.length; j++) {
                along += direction[j] * other[j];
            }
            for (int j = 0; j < direction.length; j++) {
                direction[j] -= along * other[j];
            }
        }
        double squares = 0;
        for (double value : direction) {
            squares += value * value;
        }
        double length = Math.sqrt(squares);
        for (int j = 0; j < direction.length; j++) {
            direction[j] = length > Double.MIN_NORMAL ? direction[j] / length : 0;
        }
        return length > Double.MIN_NORMAL;
    }

    private static double dot(float[] vector, double[] mean, double[] direction) {
        double dot = 0;
        for (int j = 0; j < direction.length; j++) {
            dot += (vector[j] - mean[j]) * direction[j];
        }
        return dot;
    }
}
