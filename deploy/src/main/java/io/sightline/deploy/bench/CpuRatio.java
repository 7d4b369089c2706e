package io.sightline.deploy.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * What one way to search costs against another, in CPU time of the searching thread: both answer the same few queries, in
 * turn, many times over, so that a machine whose speed changes from second to second slows down both. The median.
 */
final class CpuRatio {

    private static final int ROUNDS = 200;
    private static final int QUERIES = 50;

    private CpuRatio() {}

    /**
     * Compares; both should be warm.
     *
     * @param baseline what the cost is 1 of
     */
    static double of(IndexRow.Searched searched, IndexRow.Searched baseline, float[][] queries) throws IOException {
        double[] ratios = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            int begin = round * QUERIES % (queries.length - QUERIES + 1);
            float[][] some = Arrays.copyOfRange(queries, begin, begin + QUERIES);
            boolean isBaselineFirst = round % 2 == 0;
            double first = nanos(isBaselineFirst ? baseline : searched, some);
            double second = nanos(isBaselineFirst ? searched : baseline, some);
            ratios[round] = isBaselineFirst ? second / first : first / second;
        }
        return Statistics.median(ratios);
    }

    private static long nanos(IndexRow.Searched searched, float[][] queries) throws IOException {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (float[] query : queries) {
            searched.nearest(query);
        }
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    }
}
