package io.sightline.trainer.see;

import java.util.random.RandomGenerator;

/** Random orthonormal frames, uniform over all of them: Gaussian rows, orthogonalised by Gram-Schmidt, twice. */
public final class RandomFrame {

    private RandomFrame() {}

    /**
     * Draws a frame.
     *
     * @param rows vectors, at most d
     * @param d dimensions
     * @return [rows, d], orthonormal rows
     */
    public static double[][] draw(int rows, int d, RandomGenerator random) {
        if (rows > d) {
            throw new IllegalArgumentException("there are no " + rows + " orthonormal vectors in " + d + " dimensions");
        }
        double[][] frame = new double[rows][d];
        for (int i = 0; i < rows; i++) {
            do {
                for (int k = 0; k < d; k++) {
                    frame[i][k] = random.nextGaussian();
                }
                orthogonalise(frame, i);
                // Once more: the first pass loses digits where the draw was close to the span of the others.
                orthogonalise(frame, i);
            } while (!normalise(frame[i]));
        }
        return frame;
    }

    private static void orthogonalise(double[][] frame, int row) {
        for (int other = 0; other < row; other++) {
            double projection = dot(frame[row], frame[other]);
            for (int k = 0; k < frame[row].length; k++) {
                frame[row][k] -= projection * frame[other][k];
            }
        }
    }

    private static boolean normalise(double[] vector) {
        double norm = Math.sqrt(dot(vector, vector));
        if (norm < 1e-9) {
            return false;
        }
        for (int k = 0; k < vector.length; k++) {
            vector[k] /= norm;
        }
        return true;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
