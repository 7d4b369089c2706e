package io.sightline.indexer.projection;

import java.util.Optional;

/**
 * Exact t-SNE into the plane (van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 9, 2008): gradient descent
 * on the Kullback-Leibler divergence of {@linkplain Affinities P} and of Student-t affinities Q in the plane, with
 * momentum, gains (Jacobs 1988) and early exaggeration as there. It begins with the first two principal components rather
 * than at random, so it is deterministic and keeps what is global of the arrangement.
 *
 * <p>O(n²) time an iteration and memory: meant for up to a few thousand vectors. Stateless.
 */
public final class Tsne {

    private static final double EXAGGERATION = 12;
    private static final double EARLY_MOMENTUM = 0.5;
    private static final double MOMENTUM = 0.8;
    private static final double SMALLEST_GAIN = 0.01;
    private static final double START_SPREAD = 1e-4;
    /** With fewer there is nothing to arrange. */
    private static final int FEWEST = 4;

    private Tsne() {}

    /**
     * Places vectors in the plane.
     *
     * @param vectors [n][d]
     * @param progress is asked after each iteration whether to go on
     * @return [n][2], centred, within -1 to 1; empty if progress ended it
     */
    public static Optional<double[][]> project(float[][] vectors, TsneSettings settings, ProjectionProgress progress) {
        if (vectors.length == 0) {
            return Optional.of(new double[0][2]);
        }
        double[][] plane = PrincipalComponents.project(vectors);
        if (vectors.length >= FEWEST) {
            double perplexity = Math.min(settings.perplexity(), (vectors.length - 1) / 3.0);
            if (!progress.reached(0)) {
                return Optional.empty();
            }
            float[][] affinities = Affinities.joint(vectors, perplexity);
            spread(plane, START_SPREAD);
            if (!descend(plane, affinities, settings, progress)) {
                return Optional.empty();
            }
        }
        fit(plane);
        return Optional.of(plane);
    }

    private static boolean descend(
            double[][] plane, float[][] affinities, TsneSettings settings, ProjectionProgress progress) {
        int n = plane.length;
        // As Belkina et al. 2019 advise, so that small samples do not fly apart and large ones get on.
        double rate = Math.max(n / EXAGGERATION / 4, 50);
        double[][] gradient = new double[n][2];
        double[][] velocity = new double[n][2];
        double[][] gains = new double[n][2];
        for (double[] gain : gains) {
            gain[0] = 1;
            gain[1] = 1;
        }
        for (int iteration = 0; iteration < settings.iterations(); iteration++) {
            boolean early = iteration < settings.exaggerated();
            gradient(plane, affinities, early ? EXAGGERATION : 1, gradient);
            step(plane, gradient, velocity, gains, rate, early ? EARLY_MOMENTUM : MOMENTUM);
            centre(plane);
            if (!progress.reached((iteration + 1.0) / settings.iterations())) {
                return false;
            }
        }
        return true;
    }

    /**
     * dC/dy_i = 4 Σ_j (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|²), equation 5 of the paper, with
     * q_ij = (1 + |y_i - y_j|²)^-1 / Σ_k≠l (1 + |y_k - y_l|²)^-1, its equation 4. One pass over all pairs gathers attraction
     * and repulsion apart, since the sum in q is known only after it.
     */
    private static void gradient(double[][] plane, float[][] affinities, double exaggeration, double[][] gradient) {
        int n = plane.length;
        double[] xs = new double[n];
        double[] ys = new double[n];
        for (int i = 0; i < n; i++) {
            xs[i] = plane[i][0];
            ys[i] = plane[i][1];
        }
        double[] repelX = new double[n];
        double[] repelY = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            float[] row = affinities[i];
            double attractX = 0;
            double attractY = 0;
            double awayX = 0;
            double awayY = 0;
            for (int j = 0; j < n; j++) {
                double dx = xs[i] - xs[j];
                double dy = ys[i] - ys[j];
                double near = 1 / (1 + dx * dx + dy * dy);
                double pull = row[j] * near;
                attractX += pull * dx;
                attractY += pull * dy;
                sum += near;
                double push = near * near;
                awayX += push * dx;
                awayY += push * dy;
            }
            gradient[i][0] = 4 * exaggeration * attractX;
            gradient[i][1] = 4 * exaggeration * attractY;
            repelX[i] = awayX;
            repelY[i] = awayY;
        }
        // Each point was its own neighbour once, at distance 0.
        double scale = 4 / (sum - n);
        for (int i = 0; i < n; i++) {
            gradient[i][0] -= scale * repelX[i];
            gradient[i][1] -= scale * repelY[i];
        }
    }

    private static void step(
            double[][] plane,
            double[][] gradient,
            double[][] velocity,
            double[][] gains,
            double rate,
            double momentum) {
        for (int i = 0; i < plane.length; i++) {
            for (int axis = 0; axis < 2; axis++) {
                boolean turned = gradient[i][axis] > 0 == velocity[i][axis] > 0;
                gains[i][axis] = Math.max(turned ? gains[i][axis] * 0.8 : gains[i][axis] + 0.2, SMALLEST_GAIN);
                velocity[i][axis] = momentum * velocity[i][axis] - rate * gains[i][axis] * gradient[i][axis];
                plane[i][axis] += velocity[i][axis];
            }
        }
    }

    /** Scales so that the first coordinate has this standard deviation. */
    private static void spread(double[][] plane, double deviation) {
        centre(plane);
        double squares = 0;
        for (double[] point : plane) {
            squares += point[0] * point[0];
        }
        double now = Math.sqrt(squares / plane.length);
        // Points that are all the same would stay so: they are put on a small circle.
        for (int i = 0; i < plane.length; i++) {
            double[] point = plane[i];
            double angle = 2 * Math.PI * i / plane.length;
            point[0] = now > 0 ? point[0] / now * deviation : deviation * Math.cos(angle);
            point[1] = now > 0 ? point[1] / now * deviation : deviation * Math.sin(angle);
        }
    }

    private static void centre(double[][] plane) {
        double x = 0;
        double y = 0;
        for (double[] point : plane) {
            x += point[0] / plane.length;
            y += point[1] / plane.length;
        }
        for (double[] point : plane) {
            point[0] -= x;
            point[1] -= y;
        }
    }

    private static void fit(double[][] plane) {
        centre(plane);
        double largest = 0;
        for (double[] point : plane) {
            largest = Math.max(largest, Math.max(Math.abs(point[0]), Math.abs(point[1])));
        }
        if (largest > 0) {
            for (double[] point : plane) {
                point[0] /= largest;
                point[1] /= largest;
            }
        }
    }
}
