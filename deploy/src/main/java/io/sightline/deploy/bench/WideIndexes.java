package io.sightline.deploy.bench;

import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.schemas.Started;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The same vectors in an index of each quantisation, and in Lucene's by its own API. Close it once; not thread-safe. */
final class WideIndexes implements AutoCloseable {

    /** Extensions of Lucene's files: graph, full vectors, quantised vectors. */
    private static final String GRAPH = "vex";

    private static final String FULL = "vec";
    private static final String QUANTISED = "veq";

    private final Started started = new Started();
    private final RawLucene raw;
    private final Map<Quantisation, LuceneStore> stores = new LinkedHashMap<>();
    private final List<Size> sizes = new ArrayList<>();

    /**
     * What an index takes.
     *
     * @param seconds that it took to build, to one segment
     * @param megabytes on disk
     * @param hotMegabytes of that, what the graph search reads of: graph and vectors, quantised if they are
     */
    private record Size(String name, double seconds, double megabytes, double hotMegabytes) {}

    /** Builds all of them, one after the other. */
    WideIndexes(Path folder, float[][] vectors) throws IOException, StoreDamagedException, InterruptedException {
        try {
            long start = System.nanoTime();
            this.raw = started.add(RawLucene.build(folder.resolve("raw"), vectors));
            sizes.add(size("Lucene", IndexBench.secondsSince(start), folder.resolve("raw")));
            for (Quantisation quantisation : Quantisation.values()) {
                Path path = folder.resolve(quantisation.toString());
                start = System.nanoTime();
                stores.put(quantisation, started.add(IndexGallery.build(path, quantisation, vectors)));
                sizes.add(size(name(quantisation), IndexBench.secondsSince(start), path));
            }
        } catch (IOException | StoreDamagedException | InterruptedException | RuntimeException | Error e) {
            started.undo(e);
            throw e;
        }
    }

    private static String name(Quantisation quantisation) {
        return quantisation == Quantisation.NONE ? "store" : "store, " + quantisation;
    }

    private static Size size(String name, double seconds, Path folder) throws IOException {
        double quantised = megabytes(folder, Set.of(QUANTISED));
        double vectors = quantised > 0 ? quantised : megabytes(folder, Set.of(FULL));
        return new Size(name, seconds, megabytes(folder, Set.of()), megabytes(folder, Set.of(GRAPH)) + vectors);
    }

    /** Of the files with these extensions, or of all. */
    private static double megabytes(Path folder, Set<String> extensions) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> extensions.isEmpty()
                                    || extensions.contains(file.toString()
                                            .substring(file.toString().lastIndexOf('.') + 1)))
                            .mapToLong(file -> file.toFile().length())
                            .sum()
                    / 1e6;
        }
    }

    /** A row for each index and number of candidates. */
    List<IndexRow> rows(List<Integer> efs, int[][] truth) {
        List<IndexRow> rows = new ArrayList<>();
        for (int ef : efs) {
            rows.add(IndexRow.local("Lucene", ef, query -> raw.nearest(query, IndexRow.K, ef, null), truth));
            stores.forEach((quantisation, store) -> rows.add(IndexRow.local(
                    name(quantisation), ef, query -> IndexBench.ids(store.nearest(IndexBench.all(query, ef))), truth)));
        }
        return rows;
    }

    void print(PrintStream out) {
        out.printf("%n%-34s %9s %9s %9s%n", "", "build s", "MB", "hot MB");
        for (Size size : sizes) {
            out.printf(
                    Locale.ROOT,
                    "%-34s %9.0f %9.1f %9s%n",
                    size.name,
                    size.seconds,
                    size.megabytes,
                    // Lucene packs the files of a small index into one.
                    size.hotMegabytes > 0 ? String.format(Locale.ROOT, "%.1f", size.hotMegabytes) : "");
        }
    }

    List<Map<String, Object>> figures() {
        return sizes.stream()
                .map(size -> Map.<String, Object>of(
                        "index", size.name,
                        "build_s", size.seconds,
                        "mb", size.megabytes,
                        "hot_mb", size.hotMegabytes))
                .toList();
    }

    @Override
    public void close() {
        started.close();
    }
}
