package io.sightline.deploy.bench;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Filter;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.lucene.LuceneStore;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import org.apache.kafka.common.TopicPartition;
import org.apache.lucene.search.IndexSearcher;

/**
 * What the retrieval store costs over Lucene's own API: one segment each, the same vectors, the same queries, rows in
 * turn.
 *
 * @param vectors how many of 128 dimensions
 * @param queries of one pass of a row
 * @param passes that the medians are taken of
 */
public record IndexBench(int vectors, int queries, int passes) {

    private static final int DIMENSIONS = 128;
    private static final int K = 10;
    private static final List<Integer> EFS = List.of(40, 60, 100);
    private static final int FILTERED_EF = 100;
    private static final int SCANNED_QUERIES = 20;
    private static final int BUILDS = 3;
    private static final int MOST_IN_A_BUILD = 50_000;
    private static final double ENOUGH_RECALL = 0.98;
    private static final Duration LONG_REST = Duration.ofDays(1);
    private static final String SMALL_GROUP = "one-of-100";
    private static final String LARGE_GROUP = "one-of-10";
    private static final StoreKey KEY = new StoreKey("v1", DIMENSIONS, "bench", "bench");

    /** Checks the sizes. */
    public IndexBench {
        if (vectors < 1000 || queries < 100 || passes < 1) {
            throw new IllegalArgumentException("at least 1000 vectors, 100 queries and one pass are needed, not "
                    + vectors + ", " + queries + " and " + passes);
        }
    }

    /** Something that is searched. */
    private interface Searched {

        /** Ids of the nearest to a query, best first. */
        String[] nearest(float[] query) throws IOException;
    }

    /** A row and what its passes gave. */
    private static final class Row {

        final String name;
        final int ef;
        final Searched searched;
        final int[][] truth;
        final int queries;
        final List<Double> p50 = new ArrayList<>();
        final List<Double> p99 = new ArrayList<>();
        final List<Double> cpu = new ArrayList<>();
        final List<Double> perSecond = new ArrayList<>();
        final List<Double> perSecondOfTwo = new ArrayList<>();
        double recall;

        Row(String name, int ef, Searched searched, int[][] truth, int queries) {
            this.name = name;
            this.ef = ef;
            this.searched = searched;
            this.truth = truth;
            this.queries = queries;
        }

        private static double median(List<Double> values) {
            return Statistics.median(values.stream().mapToDouble(x -> x).toArray());
        }

        Map<String, Object> figures() {
            Map<String, Object> figures = new LinkedHashMap<>();
            figures.put("row", name);
            figures.put("ef", ef);
            figures.put("recall_at_10", recall);
            figures.put("p50_us", median(p50));
            figures.put("p99_us", median(p99));
            figures.put("cpu_us", median(cpu));
            figures.put("qps_1", median(perSecond));
            figures.put("qps_2", median(perSecondOfTwo));
            return figures;
        }

        void print(PrintStream out) {
            out.printf(
                    Locale.ROOT,
                    "%-34s %5s %8.4f %9.0f %9.0f %9.1f %9.0f %9.0f%n",
                    name,
                    ef == 0 ? "" : ef,
                    recall,
                    median(p50),
                    median(p99),
                    median(cpu),
                    median(perSecond),
                    median(perSecondOfTwo));
        }
    }

    static String id(int index) {
        return "image-" + index;
    }

    /** One in a hundred. */
    static String group(int index) {
        return index % 100 == 0 ? SMALL_GROUP : "other";
    }

    /** One in ten. */
    static String largeGroup(int index) {
        return index % 10 == 0 ? LARGE_GROUP : "others";
    }

    /** Measures, prints the table and writes it to index.json. */
    public void run(Path folder, PrintStream out) throws IOException, InterruptedException, StoreDamagedException {
        // One filter for all queries would be cached, on one side of the comparison or on both.
        IndexSearcher.setDefaultQueryCache(null);
        ClusteredVectors drawn = ClusteredVectors.draw(vectors, queries, DIMENSIONS, 1);
        int[][] truth = drawn.truth(K);
        try (BenchFolder temporary = BenchFolder.create("index")) {
            double buildRatio = builds(drawn.vectors(), temporary.path());
            long start = System.nanoTime();
            try (RawLucene raw = RawLucene.build(temporary.path().resolve("raw"), drawn.vectors())) {
                double rawSeconds = (System.nanoTime() - start) / 1e9;
                start = System.nanoTime();
                try (LuceneStore store = build(temporary.path().resolve("store"), drawn.vectors())) {
                    double storeSeconds = (System.nanoTime() - start) / 1e9;
                    List<Row> rows = rows(drawn, truth, raw, store);
                    measure(rows, drawn.queries());
                    report(rows, rawSeconds, storeSeconds, buildRatio, folder, out);
                }
            }
        }
    }

    /** How fast ours is built against Lucene's, to one segment each; the median of a few builds in turn. */
    private double builds(float[][] all, Path folder) throws IOException, StoreDamagedException, InterruptedException {
        float[][] some = Arrays.copyOf(all, Math.min(all.length, MOST_IN_A_BUILD));
        double[] ratios = new double[BUILDS];
        try (ProgressBar bar = BenchBar.of("building", BUILDS, "times")) {
            for (int i = 0; i < BUILDS; i++) {
                double raw = i % 2 == 0 ? rawSeconds(folder.resolve("raw-" + i), some) : Double.NaN;
                long start = System.nanoTime();
                build(folder.resolve("store-" + i), some).close();
                double ours = (System.nanoTime() - start) / 1e9;
                raw = i % 2 == 0 ? raw : rawSeconds(folder.resolve("raw-" + i), some);
                ratios[i] = raw / ours;
                bar.step();
            }
        }
        return Statistics.median(ratios);
    }

    private static double rawSeconds(Path path, float[][] vectors) throws IOException {
        long start = System.nanoTime();
        RawLucene.build(path, vectors).close();
        return (System.nanoTime() - start) / 1e9;
    }

    private static LuceneStore build(Path path, float[][] vectors) throws StoreDamagedException, InterruptedException {
        LuceneStore store = LuceneStore.open(path, KEY, Clock.systemUTC());
        try {
            fill(store, vectors);
            return store;
        } catch (RuntimeException | InterruptedException | Error e) {
            store.close();
            throw e;
        }
    }

    private static void fill(LuceneStore store, float[][] vectors) throws InterruptedException {
        for (int i = 0; i < vectors.length; i++) {
            StoredImage image = new StoredImage(
                    id(i),
                    KEY.version(),
                    group(i),
                    Map.of("group", largeGroup(i)),
                    "00ff",
                    "image/jpeg",
                    Instant.EPOCH,
                    new StoredImage.Origin("sightline.images", 0, i),
                    new Revision(0, i + 1, 0));
            store.upsert(new EmbeddedImage(image, vectors[i]));
            if (i % 10_000 == 9_999) {
                store.refresh();
            }
        }
        store.refresh();
        while (store.segments() > 1) {
            store.rest(LONG_REST);
            TimeUnit.MILLISECONDS.sleep(10);
            store.refresh();
        }
        store.commit(Map.of(new TopicPartition("sightline.embeddings.v1", 0), (long) vectors.length));
    }

    private List<Row> rows(ClusteredVectors drawn, int[][] truth, RawLucene raw, LuceneStore store) {
        int[][] small = filtered(drawn, 100);
        int[][] large = filtered(drawn, 10);
        Filter smallFilter = new Filter(Set.of(SMALL_GROUP), Map.of(), null, null);
        Filter largeFilter = new Filter(Set.of(), Map.of("group", new Filter.OneOf(Set.of(LARGE_GROUP))), null, null);
        List<Row> rows = new ArrayList<>();
        rows.add(new Row("exact scan", 0, query -> ids(drawn.nearest(query, K)), truth, SCANNED_QUERIES));
        for (int ef : EFS) {
            rows.add(new Row("Lucene", ef, query -> raw.nearest(query, K, ef, null), truth, queries));
            rows.add(new Row("store", ef, query -> ids(store.nearest(NearestQuery.of(query, K, ef))), truth, queries));
        }
        rows.add(new Row(
                "store, all that is known of a hit",
                FILTERED_EF,
                query -> details(store.nearest(NearestQuery.of(query, K, FILTERED_EF))),
                truth,
                queries));
        rows.add(filteredRow("Lucene, 1 % pass", query -> raw.nearest(query, K, FILTERED_EF, SMALL_GROUP), small));
        rows.add(filteredRow("store, 1 % pass", query -> ids(store.nearest(filteredBy(query, smallFilter))), small));
        rows.add(filteredRow("Lucene, 10 % pass", query -> raw.nearest(query, K, FILTERED_EF, LARGE_GROUP), large));
        rows.add(filteredRow("store, 10 % pass", query -> ids(store.nearest(filteredBy(query, largeFilter))), large));
        return rows;
    }

    private Row filteredRow(String name, Searched searched, int[][] truth) {
        return new Row(name, FILTERED_EF, searched, truth, queries);
    }

    private static NearestQuery filteredBy(float[] query, Filter filter) {
        return new NearestQuery(query, K, FILTERED_EF, filter, Set.of(), null);
    }

    /** The nearest of every n-th vector. */
    private static int[][] filtered(ClusteredVectors drawn, int every) {
        float[][] some = new float[(drawn.vectors().length + every - 1) / every][];
        for (int i = 0; i < some.length; i++) {
            some[i] = drawn.vectors()[i * every];
        }
        int[][] truth = new ClusteredVectors(some, drawn.queries()).truth(K);
        for (int[] nearest : truth) {
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] *= every;
            }
        }
        return truth;
    }

    private static String[] ids(int[] indexes) {
        return Arrays.stream(indexes).mapToObj(IndexBench::id).toArray(String[]::new);
    }

    private static String[] ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toArray(String[]::new);
    }

    private static String[] details(List<Hit> hits) {
        return hits.stream().map(hit -> hit.image().id()).toArray(String[]::new);
    }

    /** All rows once to warm up, and then in turn. */
    private void measure(List<Row> rows, float[][] all) throws IOException, InterruptedException {
        try (ProgressBar bar = BenchBar.of("searching", (long) rows.size() * (passes + 1), "passes")) {
            for (int pass = -1; pass < passes; pass++) {
                for (Row row : rows) {
                    pass(row, all, pass < 0);
                    bar.step();
                }
            }
        }
    }

    private static void pass(Row row, float[][] all, boolean warmUp) throws IOException, InterruptedException {
        double[] micros = new double[row.queries];
        int found = 0;
        long cpuBefore = cpuNanos();
        long begin = System.nanoTime();
        String[][] answers = new String[row.queries][];
        for (int i = 0; i < row.queries; i++) {
            long start = System.nanoTime();
            answers[i] = row.searched.nearest(all[i]);
            micros[i] = (System.nanoTime() - start) / 1e3;
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double cpu = (cpuNanos() - cpuBefore) / 1e3 / row.queries;
        if (warmUp) {
            for (int i = 0; i < row.queries; i++) {
                Set<String> wanted = new HashSet<>(List.of(ids(row.truth[i])));
                found +=
                        (int) Arrays.stream(answers[i]).filter(wanted::contains).count();
            }
            row.recall = (double) found / row.queries / K;
            return;
        }
        Arrays.sort(micros);
        row.p50.add(micros[row.queries / 2]);
        row.p99.add(micros[(int) (row.queries * 0.99)]);
        row.cpu.add(cpu);
        row.perSecond.add(row.queries / seconds);
        row.perSecondOfTwo.add(ofTwo(row, all));
    }

    /** Queries per second of two threads together. */
    private static double ofTwo(Row row, float[][] all) throws InterruptedException {
        List<Exception> failures = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        long begin = System.nanoTime();
        for (int t = 0; t < 2; t++) {
            threads.add(Thread.ofPlatform().name("search-" + t).start(() -> {
                try {
                    for (int i = 0; i < row.queries; i++) {
                        row.searched.nearest(all[i]);
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
        return 2 * row.queries / ((System.nanoTime() - begin) / 1e9);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private void report(
            List<Row> rows, double rawSeconds, double storeSeconds, double buildRatio, Path folder, PrintStream out)
            throws IOException {
        out.printf("%d vectors of %d dimensions, k %d%n%n", vectors, DIMENSIONS, K);
        out.printf(
                "%-34s %5s %8s %9s %9s %9s %9s %9s%n",
                "", "ef", "recall", "p50 us", "p99 us", "CPU us", "QPS, 1", "QPS, 2");
        rows.forEach(row -> row.print(out));
        Map<String, Double> ratios = new LinkedHashMap<>();
        int ef = EFS.stream()
                .filter(one -> row(rows, "Lucene", one).recall >= ENOUGH_RECALL
                        && row(rows, "store", one).recall >= ENOUGH_RECALL)
                .findFirst()
                .orElse(EFS.getLast());
        Row raw = row(rows, "Lucene", ef);
        Row ours = row(rows, "store", ef);
        ratios.put("store_vs_lucene_cpu", Row.median(ours.cpu) / Row.median(raw.cpu));
        ratios.put("build_vs_lucene", buildRatio);
        ratios.put("recall_at_10", ours.recall);
        out.println();
        ratios.forEach((name, ratio) -> out.printf(Locale.ROOT, "%-24s %.3f%n", name, ratio));
        out.printf(
                Locale.ROOT,
                "%nCPU of a query, store / Lucene; speed of a build, store / Lucene; at ef %d; built to one segment in %.0f s by Lucene's API, %.0f s by the store%n",
                ef,
                rawSeconds,
                storeSeconds);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("vectors", vectors);
        figures.put("dimensions", DIMENSIONS);
        figures.put("rows", rows.stream().map(Row::figures).toList());
        figures.put("lucene_build_s", rawSeconds);
        figures.put("store_build_s", storeSeconds);
        figures.put("ratios", ratios);
        BenchFile.write(folder.resolve("index.json"), figures, out);
    }

    private static Row row(List<Row> rows, String name, int ef) {
        return rows.stream()
                .filter(row -> row.name.equals(name) && row.ef == ef)
                .findFirst()
                .orElseThrow();
    }
}
