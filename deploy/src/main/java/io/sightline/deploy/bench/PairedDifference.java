package io.sightline.deploy.bench;

/**
 * Mean difference of two recipes over the same seeds with its 95 % interval by Student's t. Immutable.
 *
 * @param mean of recipe minus baseline
 * @param halfWidth of the interval; NaN for fewer than two pairs
 * @param pairs seeds that both have
 */
record PairedDifference(double mean, double halfWidth, int pairs) {

    /** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
    private static final double[] T = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042
    };

    /** Compares figures pair by pair. */
    static PairedDifference of(double[] differences) {
        int n = differences.length;
        double mean = Statistics.mean(differences);
        double half = n < 2
                ? Double.NaN
                : T[Math.min(T.length, n - 1) - 1] * Statistics.standardDeviation(differences) / Math.sqrt(n);
        return new PairedDifference(mean, half, n);
    }

    /** Whether the interval lies above or below 0. */
    boolean isSignificant() {
        return Math.abs(mean) > halfWidth;
    }
}
