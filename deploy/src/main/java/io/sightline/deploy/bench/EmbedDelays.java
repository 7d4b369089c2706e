package io.sightline.deploy.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Delays from the image event to the committed embedding, in milliseconds, at a load in images a second.
 *
 * @param p50 median of those of the windows
 * @param p99 median of those of the windows: one pause of the machine is not what is measured
 * @param worstP99 the largest of those of the windows
 */
record EmbedDelays(String set, double load, double p50, double p99, double worstP99) {

    /** Of the windows' delays in milliseconds, none of them empty. */
    static EmbedDelays of(String set, double load, Collection<List<Double>> windows) {
        double[] p99 = percentiles(windows, 0.99);
        return new EmbedDelays(
                set,
                load,
                Statistics.median(percentiles(windows, 0.5)),
                Statistics.median(p99),
                Arrays.stream(p99).max().orElseThrow());
    }

    private static double[] percentiles(Collection<List<Double>> windows, double share) {
        return windows.stream()
                .mapToDouble(window -> window.stream()
                        .sorted()
                        .skip((long) Math.ceil(share * window.size()) - 1)
                        .findFirst()
                        .orElseThrow())
                .toArray();
    }
}
