package io.sightline.trainer.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The mean difference of two systems on the same queries with its 95 % percentile interval by the paired bootstrap.
 * Deterministic. Immutable.
 *
 * @param difference mean of candidate minus baseline
 * @param low lower end of the interval
 * @param high upper end of the interval
 */
public record PairedBootstrap(double difference, double low, double high) {

    private static final int RESAMPLES = 1000;
    private static final long SEED = 20240507;

    /**
     * Compares figures of the same queries in the same order.
     *
     * @throws IllegalArgumentException if there is not one of each for every query
     */
    public static PairedBootstrap of(double[] candidate, double[] baseline) {
        if (candidate.length != baseline.length || candidate.length == 0) {
            throw new IllegalArgumentException(
                    "a paired comparison needs the same queries, not " + candidate.length + " and " + baseline.length);
        }
        int n = candidate.length;
        double[] differences = new double[n];
        Arrays.setAll(differences, i -> candidate[i] - baseline[i]);
        SplittableRandom random = new SplittableRandom(SEED);
        double[] means = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            double sum = 0;
            for (int i = 0; i < n; i++) {
                sum += differences[random.nextInt(n)];
            }
            means[r] = sum / n;
        }
        Arrays.sort(means);
        return new PairedBootstrap(
                Arrays.stream(differences).average().orElse(0),
                means[(int) (RESAMPLES * 0.025)],
                means[(int) (RESAMPLES * 0.975)]);
    }

    /** Whether the whole interval lies above the margin. */
    public boolean isAbove(double margin) {
        return low > margin;
    }
}
