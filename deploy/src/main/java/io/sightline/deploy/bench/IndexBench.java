package io.sightline.deploy.bench;

import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.store.Filter;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.local.OpenSearchHome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import org.apache.lucene.search.IndexSearcher;

/**
 * What the retrieval store costs over Lucene's own API, and the search API over the store: one segment each, the same
 * vectors, the same queries, rows in turn. Then the search API while embeddings arrive, and vectors of many dimensions,
 * quantised and not; and a node of OpenSearch, if it is here.
 *
 * @param vectors how many of 128 dimensions
 * @param wideVectors how many of 512 dimensions, 0 to leave them out
 * @param queries of one pass of a row
 * @param passes that the medians are taken of
 */
public record IndexBench(int vectors, int wideVectors, int queries, int passes) {

    private static final int DIMENSIONS = 128;
    private static final int WIDE_DIMENSIONS = 512;
    private static final List<Integer> EFS = List.of(40, 60, 100);
    private static final int LARGE_EF = 100;
    private static final int SCANNED_QUERIES = 20;
    private static final int BUILDS = 3;
    private static final int MOST_IN_A_BUILD = 50_000;
    private static final double ENOUGH_RECALL = 0.98;
    private static final int MOST_ON_A_CLUSTER = 20_000;
    private static final int UPSERTS_PER_SECOND = 1000;
    private static final Duration UPSERTS_ALONE = Duration.ofSeconds(30);

    /** Checks the sizes. */
    public IndexBench {
        if (vectors < 1000 || wideVectors < 0 || queries < 100 || passes < 1) {
            throw new IllegalArgumentException("at least 1000 vectors, 100 queries and one pass are needed, not "
                    + vectors + ", " + queries + " and " + passes + "; nor " + wideVectors + " wide vectors");
        }
    }

    /** Measures, prints the tables and writes them to index.json. */
    public void run(Path folder, PrintStream out) throws IOException, InterruptedException, StoreDamagedException {
        // One filter for all queries would be cached, on one side of the comparison or on both.
        IndexSearcher.setDefaultQueryCache(null);
        Map<String, Object> figures = new LinkedHashMap<>();
        Map<String, Double> ratios = new LinkedHashMap<>();
        figures.put("vectors", vectors);
        figures.put("dimensions", DIMENSIONS);
        figures.put("ratios", ratios);
        measureNarrow(figures, ratios, out);
        if (wideVectors > 0) {
            measureWide(figures, out);
        }
        measureCluster(figures, out);
        out.println();
        ratios.forEach((name, ratio) -> out.printf(Locale.ROOT, "%-24s %.3f%n", name, ratio));
        BenchFile.write(folder.resolve("index.json"), figures, out);
    }

    private void measureNarrow(Map<String, Object> figures, Map<String, Double> ratios, PrintStream out)
            throws IOException, InterruptedException, StoreDamagedException {
        ClusteredVectors drawn = ClusteredVectors.draw(vectors, queries, DIMENSIONS, 1);
        int[][] truth = drawn.truth(IndexRow.K);
        try (BenchFolder temporary = BenchFolder.create("index")) {
            Path path = temporary.path();
            double buildRatio = builds(drawn.vectors(), path);
            try (RawLucene raw = RawLucene.build(path.resolve("raw"), drawn.vectors());
                    LuceneStore store = IndexGallery.build(path.resolve("store"), Quantisation.NONE, drawn.vectors());
                    ServedGallery served = new ServedGallery(path, drawn.vectors())) {
                List<IndexRow> rows = rows(drawn, truth, raw, store, served);
                IndexRow.measure(rows, drawn.queries(), passes);
                print(vectors, DIMENSIONS, rows, out);
                figures.put("rows", rows.stream().map(IndexRow::figures).toList());
                ratios(rows, drawn.queries(), ratios, out);
                ratios.put("build_vs_lucene", buildRatio);
                measureUpserts(drawn, truth, served, figures, ratios, out);
            }
        }
    }

    /** How fast ours is built against Lucene's, to one segment each; the median of a few builds in turn. */
    private static double builds(float[][] all, Path folder)
            throws IOException, StoreDamagedException, InterruptedException {
        float[][] some = Arrays.copyOf(all, Math.min(all.length, MOST_IN_A_BUILD));
        double[] ratios = new double[BUILDS];
        try (ProgressBar bar = BenchBar.of("building", BUILDS, "times")) {
            for (int i = 0; i < BUILDS; i++) {
                boolean isRawFirst = i % 2 == 0;
                double first = isRawFirst ? rawSeconds(folder, i, some) : storeSeconds(folder, i, some);
                double second = isRawFirst ? storeSeconds(folder, i, some) : rawSeconds(folder, i, some);
                ratios[i] = isRawFirst ? first / second : second / first;
                bar.step();
            }
        }
        return Statistics.median(ratios);
    }

    private static double rawSeconds(Path folder, int number, float[][] vectors) throws IOException {
        long start = System.nanoTime();
        RawLucene.build(folder.resolve("raw-" + number), vectors).close();
        return secondsSince(start);
    }

    private static double storeSeconds(Path folder, int number, float[][] vectors)
            throws StoreDamagedException, InterruptedException {
        long start = System.nanoTime();
        IndexGallery.build(folder.resolve("store-" + number), Quantisation.NONE, vectors)
                .close();
        return secondsSince(start);
    }

    static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static List<IndexRow> rows(
            ClusteredVectors drawn, int[][] truth, RawLucene raw, LuceneStore store, ServedGallery served) {
        List<IndexRow> rows = new ArrayList<>();
        rows.add(IndexRow.local("exact scan", 0, query -> ids(drawn.nearest(query, IndexRow.K)), truth)
                .ofFirst(SCANNED_QUERIES));
        for (int ef : EFS) {
            rows.add(IndexRow.local("Lucene", ef, query -> raw.nearest(query, IndexRow.K, ef, null), truth));
            rows.add(IndexRow.local("store", ef, query -> ids(store.nearest(all(query, ef))), truth));
            rows.add(IndexRow.remote("HTTP", ef, query -> served.nearest(query, ef), truth));
        }
        rows.add(IndexRow.local(
                "store, all that is known of a hit",
                LARGE_EF,
                query -> details(store.nearest(all(query, LARGE_EF))),
                truth));
        int[][] small = drawn.truthOfEvery(100, IndexRow.K);
        int[][] large = drawn.truthOfEvery(10, IndexRow.K);
        Filter smallFilter = new Filter(Set.of(IndexGallery.SMALL_GROUP), Map.of(), null, null);
        Filter largeFilter = new Filter(
                Set.of(),
                Map.of(IndexGallery.GROUP_TAG, new Filter.OneOf(Set.of(IndexGallery.LARGE_GROUP))),
                null,
                null);
        addFiltered(rows, "1 % pass", raw, IndexGallery.SMALL_GROUP, store, smallFilter, small);
        addFiltered(rows, "10 % pass", raw, IndexGallery.LARGE_GROUP, store, largeFilter, large);
        return rows;
    }

    private static void addFiltered(
            List<IndexRow> rows,
            String name,
            RawLucene raw,
            String group,
            LuceneStore store,
            Filter filter,
            int[][] truth) {
        rows.add(IndexRow.local(
                "Lucene, " + name, LARGE_EF, query -> raw.nearest(query, IndexRow.K, LARGE_EF, group), truth));
        rows.add(IndexRow.local(
                "store, " + name,
                LARGE_EF,
                query -> ids(store.nearest(new NearestQuery(query, IndexRow.K, LARGE_EF, filter, Set.of(), null))),
                truth));
    }

    static NearestQuery all(float[] query, int ef) {
        return NearestQuery.of(query, IndexRow.K, ef);
    }

    static String[] ids(int[] indexes) {
        return Arrays.stream(indexes).mapToObj(IndexGallery::id).toArray(String[]::new);
    }

    static String[] ids(List<Hit> hits) {
        return hits.stream().map(Hit::id).toArray(String[]::new);
    }

    private static String[] details(List<Hit> hits) {
        return hits.stream().map(hit -> hit.image().id()).toArray(String[]::new);
    }

    /** At the least ef at which both find enough. */
    private static void ratios(List<IndexRow> rows, float[][] queries, Map<String, Double> ratios, PrintStream out)
            throws IOException {
        int ef = EFS.stream()
                .filter(one -> row(rows, "Lucene", one).recall() >= ENOUGH_RECALL
                        && row(rows, "store", one).recall() >= ENOUGH_RECALL)
                .findFirst()
                .orElse(EFS.getLast());
        out.printf("%nCPU of a query by the store, of one by Lucene; the same queries in turn%n");
        for (int one : EFS) {
            double ratio = row(rows, "store", one).cpuRatio(row(rows, "Lucene", one), queries);
            out.printf(Locale.ROOT, "%-34s %5d %8.3f%n", "store / Lucene", one, ratio);
            ratios.put("store_vs_lucene_cpu_ef" + one, ratio);
        }
        ratios.put("ef", (double) ef);
        ratios.put("store_vs_lucene_cpu", ratios.get("store_vs_lucene_cpu_ef" + ef));
        IndexRow ours = row(rows, "store", ef);
        ratios.put("http_over_store_p50_ms", (row(rows, "HTTP", ef).p50Micros() - ours.p50Micros()) / 1e3);
        ratios.put("recall_at_10", ours.recall());
    }

    private static IndexRow row(List<IndexRow> rows, String name, int ef) {
        return rows.stream()
                .filter(row -> row.name().equals(name) && row.ef() == ef)
                .findFirst()
                .orElseThrow();
    }

    private void measureUpserts(
            ClusteredVectors drawn,
            int[][] truth,
            ServedGallery served,
            Map<String, Object> figures,
            Map<String, Double> ratios,
            PrintStream out)
            throws IOException, InterruptedException {
        List<IndexRow> rows = List.of(IndexRow.remote(
                "HTTP, " + UPSERTS_PER_SECOND + " upserts/s",
                LARGE_EF,
                query -> served.nearest(query, LARGE_EF),
                truth));
        double[] searching;
        double[] alone;
        try (SteadyUpserts upserts = new SteadyUpserts(served, vectors, UPSERTS_PER_SECOND)) {
            TimeUnit.NANOSECONDS.sleep(UPSERTS_ALONE.toNanos());
            alone = upserts.takeDelaysMillis();
            IndexRow.measure(rows, drawn.queries(), passes);
            searching = upserts.takeDelaysMillis();
        }
        rows.forEach(row -> row.print(out));
        out.printf(
                "%nfrom upsert to searchable, %d a second; an index is refreshed every %d ms%n",
                UPSERTS_PER_SECOND, IndexingSettings.DEFAULT.refreshInterval().toMillis());
        printDelays("no searches", alone, out);
        printDelays("searches without a pause", searching, out);
        figures.put("rows_with_upserts", rows.stream().map(IndexRow::figures).toList());
        figures.put("visible_p50_ms", share(alone, 0.5));
        figures.put("visible_p50_ms_searching", share(searching, 0.5));
        figures.put("visible_p99_ms_searching", share(searching, 0.99));
        ratios.put("visible_p99_ms", share(alone, 0.99));
    }

    private static void printDelays(String load, double[] millis, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%-34s %5.0f ms (median) %5.0f ms (p99) of %d%n",
                load,
                share(millis, 0.5),
                share(millis, 0.99),
                millis.length);
    }

    private static double share(double[] sorted, double share) {
        if (sorted.length == 0) {
            throw new IllegalStateException("no upsert became searchable; see the log beside the figures");
        }
        return sorted[(int) (sorted.length * share)];
    }

    private void measureWide(Map<String, Object> figures, PrintStream out)
            throws IOException, InterruptedException, StoreDamagedException {
        ClusteredVectors drawn = ClusteredVectors.draw(wideVectors, queries, WIDE_DIMENSIONS, 2);
        int[][] truth = drawn.truth(IndexRow.K);
        try (BenchFolder temporary = BenchFolder.create("index-wide");
                WideIndexes indexes = new WideIndexes(temporary.path(), drawn.vectors())) {
            List<IndexRow> rows = new ArrayList<>();
            rows.add(IndexRow.local("exact scan", 0, query -> ids(drawn.nearest(query, IndexRow.K)), truth)
                    .ofFirst(SCANNED_QUERIES));
            rows.addAll(indexes.rows(EFS, truth));
            IndexRow.measure(rows, drawn.queries(), passes);
            print(wideVectors, WIDE_DIMENSIONS, rows, out);
            indexes.print(out);
            figures.put("wide_rows", rows.stream().map(IndexRow::figures).toList());
            figures.put("wide_indexes", indexes.figures());
        }
    }

    private void measureCluster(Map<String, Object> figures, PrintStream out)
            throws IOException, InterruptedException, StoreDamagedException {
        if (!OpenSearchHome.isPresent()) {
            out.println("\nOpenSearch is left out: " + OpenSearchHome.advice());
            return;
        }
        ClusteredVectors drawn = ClusteredVectors.draw(Math.min(vectors, MOST_ON_A_CLUSTER), queries, DIMENSIONS, 3);
        int[][] truth = drawn.truth(IndexRow.K);
        try (BenchFolder temporary = BenchFolder.create("index-cluster");
                ClusterGallery gallery = new ClusterGallery(temporary.path(), drawn.vectors())) {
            List<IndexRow> rows = gallery.rows(EFS, truth);
            IndexRow.measure(rows, drawn.queries(), passes);
            print(drawn.vectors().length, DIMENSIONS, rows, out);
            figures.put("cluster_rows", rows.stream().map(IndexRow::figures).toList());
        }
    }

    private static void print(int count, int dimensions, List<IndexRow> rows, PrintStream out) {
        out.printf("%n%d vectors of %d dimensions, k %d%n%n", count, dimensions, IndexRow.K);
        IndexRow.printHeader(out);
        rows.forEach(row -> row.print(out));
    }
}
