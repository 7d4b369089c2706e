package io.sightline.indexer.projection;

import java.util.Arrays;

/**
 * How near vectors are to each other, as probabilities: the matrix P of t-SNE (van der Maaten and Hinton, "Visualizing
 * Data using t-SNE", JMLR 9, 2008), equations 1 and 2 in its section 2 and the symmetric form of its section 3.1.
 */
final class Affinities {

    private static final int SEARCH_STEPS = 50;
    private static final double TOLERANCE = 1e-4;
    private static final double SMALLEST = 1e-12;

    private Affinities() {}

    /**
     * Joint probabilities p_ij = (p_j|i + p_i|j) / 2n, [n][n], symmetric, zero on the diagonal, summing to 1.
     *
     * @param vectors [n][d], n at least 2
     * @param perplexity effective number of neighbours, below n
     */
    static float[][] joint(float[][] vectors, double perplexity) {
        int n = vectors.length;
        float[][] conditional = new float[n][];
        double[] distances = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                distances[j] = squaredDistance(vectors[i], vectors[j]);
            }
            conditional[i] = row(distances, i, Math.log(perplexity));
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                float joint = (float) Math.max((conditional[i][j] + conditional[j][i]) / (2.0 * n), SMALLEST);
                conditional[i][j] = joint;
                conditional[j][i] = joint;
            }
        }
        return conditional;
    }

    /** p_j|i for one i: the width of its Gaussian is searched until the entropy of the row is the logarithm of perplexity. */
    private static float[] row(double[] distances, int i, double entropyWanted) {
        double nearest = nearest(distances, i);
        double precision = 1;
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double[] weights = new double[distances.length];
        for (int step = 0; step < SEARCH_STEPS; step++) {
            double difference = weigh(distances, i, nearest, precision, weights) - entropyWanted;
            if (Math.abs(difference) < TOLERANCE) {
                break;
            }
            if (difference > 0) {
                low = precision;
                precision = Double.isInfinite(high) ? 2 * precision : (low + high) / 2;
            } else {
                high = precision;
                precision = (low + high) / 2;
            }
        }
        double sum = Arrays.stream(weights).sum();
        float[] row = new float[weights.length];
        for (int j = 0; j < row.length; j++) {
            row[j] = (float) (weights[j] / sum);
        }
        return row;
    }

    /** Unnormalised weights, and the entropy in nats of the row that they make. */
    private static double weigh(double[] distances, int i, double nearest, double precision, double[] weights) {
        double sum = 0;
        double weighted = 0;
        for (int j = 0; j < distances.length; j++) {
            // Distances from the nearest on: the row is the same, and not all of it underflows.
            double further = distances[j] - nearest;
            double weight = j == i ? 0 : Math.exp(-precision * further);
            weights[j] = weight;
            sum += weight;
            weighted += weight * further;
        }
        return Math.log(sum) + precision * weighted / sum;
    }

    private static double nearest(double[] distances, int i) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int j = 0; j < distances.length; j++) {
            if (j != i) {
                nearest = Math.min(nearest, distances[j]);
            }
        }
        return nearest;
    }

    private static double squaredDistance(float[] a, float[] b) {
        float sum = 0;
        for (int j = 0; j < a.length; j++) {
            float difference = a[j] - b[j];
            sum += difference * difference;
        }
        return sum;
    }
}
