package io.sightline.deploy.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;

/** A way to search, and what its passes gave. Not thread-safe. */
final class IndexRow {

    /** Neighbours that are wanted. */
    static final int K = 10;

    private final String name;
    private final int ef;
    private final Searched searched;
    private final int[][] truth;
    private final int queries;
    private final boolean isRemote;
    private final List<Double> p50 = new ArrayList<>();
    private final List<Double> p99 = new ArrayList<>();
    private final List<Double> cpu = new ArrayList<>();
    private final List<Double> perSecond = new ArrayList<>();
    private final List<Double> perSecondOfTwo = new ArrayList<>();
    private double recall;

    private IndexRow(String name, int ef, Searched searched, int[][] truth, int queries, boolean isRemote) {
        this.name = name;
        this.ef = ef;
        this.searched = searched;
        this.truth = truth;
        this.queries = queries;
        this.isRemote = isRemote;
    }

    /** Something that is searched. */
    @FunctionalInterface
    interface Searched {

        /** Ids of the nearest to a query, best first. */
        String[] nearest(float[] query) throws IOException;
    }

    /**
     * A search in this thread.
     *
     * @param ef 0 if there is none
     * @param truth [queries][k] indexes of the nearest
     */
    static IndexRow local(String name, int ef, Searched searched, int[][] truth) {
        return new IndexRow(name, ef, searched, truth, truth.length, false);
    }

    /** A search elsewhere: what this thread computes for it is not what it costs. */
    static IndexRow remote(String name, int ef, Searched searched, int[][] truth) {
        return new IndexRow(name, ef, searched, truth, truth.length, true);
    }

    /** The same row on the first queries only. */
    IndexRow ofFirst(int some) {
        return new IndexRow(name, ef, searched, truth, Math.min(some, queries), isRemote);
    }

    /** All rows once to warm up and to see what they find, and then in turn. */
    static void measure(List<IndexRow> rows, float[][] queries, int passes) throws IOException, InterruptedException {
        try (ProgressBar bar = BenchBar.of("searching", (long) rows.size() * (passes + 1), "passes")) {
            for (IndexRow row : rows) {
                row.find(queries);
                bar.step();
            }
            for (int pass = 0; pass < passes; pass++) {
                for (IndexRow row : rows) {
                    row.pass(queries);
                    bar.step();
                }
            }
        }
    }

    String name() {
        return name;
    }

    int ef() {
        return ef;
    }

    /** Share of the nearest that were found. */
    double recall() {
        return recall;
    }

    double p50Micros() {
        return median(p50);
    }

    /** CPU time of this row's queries, of those of another row. */
    double cpuRatio(IndexRow baseline, float[][] some) throws IOException {
        return CpuRatio.of(searched, baseline.searched, some);
    }

    private void find(float[][] all) throws IOException {
        long found = 0;
        for (int i = 0; i < queries; i++) {
            Set<String> wanted =
                    Arrays.stream(truth[i]).mapToObj(IndexGallery::id).collect(Collectors.toSet());
            found += Arrays.stream(searched.nearest(all[i]))
                    .filter(wanted::contains)
                    .count();
        }
        recall = (double) found / queries / K;
    }

    private void pass(float[][] all) throws IOException, InterruptedException {
        double[] micros = new double[queries];
        long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        for (int i = 0; i < queries; i++) {
            long start = System.nanoTime();
            searched.nearest(all[i]);
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore;
        Arrays.sort(micros);
        p50.add(micros[queries / 2]);
        p99.add(micros[(int) (queries * 0.99)]);
        cpu.add(isRemote ? Double.NaN : cpuNanos / 1e3 / queries);
        perSecond.add(queries / seconds);
        perSecondOfTwo.add(ofTwo(all));
    }

    /** Queries per second of two threads together. */
    private double ofTwo(float[][] all) throws InterruptedException {
        List<Exception> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        long begin = System.nanoTime();
        for (int t = 0; t < 2; t++) {
            threads.add(Thread.ofPlatform().name("search-" + t).start(() -> {
                try {
                    for (int i = 0; i < queries; i++) {
                        searched.nearest(all[i]);
                    }
                } catch (IOException | RuntimeException e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IllegalStateException("a search failed", failures.getFirst());
        }
        return 2 * queries / ((System.nanoTime() - begin) / 1e9);
    }

    static void printHeader(PrintStream out) {
        out.printf(
                "%-34s %5s %8s %9s %9s %9s %9s %9s%n",
                "", "ef", "recall", "p50 us", "p99 us", "CPU us", "QPS, 1", "QPS, 2");
    }

    void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%-34s %5s %8.4f %9.0f %9.0f %9s %9.0f %9.0f%n",
                name,
                ef == 0 ? "" : ef,
                recall,
                median(p50),
                median(p99),
                isRemote ? "" : String.format(Locale.ROOT, "%.1f", median(cpu)),
                median(perSecond),
                median(perSecondOfTwo));
    }

    Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("row", name);
        figures.put("ef", ef);
        figures.put("recall_at_10", recall);
        figures.put("p50_us", median(p50));
        figures.put("p99_us", median(p99));
        if (!isRemote) {
            figures.put("cpu_us", median(cpu));
        }
        figures.put("qps_1", median(perSecond));
        figures.put("qps_2", median(perSecondOfTwo));
        return figures;
    }

    private static double median(List<Double> values) {
        return Statistics.median(values.stream().mapToDouble(x -> x).toArray());
    }
}
