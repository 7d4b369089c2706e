package io.sightline.trainer.evaluation;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Recall@K and MAP@R (Musgrave et al., ECCV 2020) by cosine, an image never its own neighbour. Queries whose label the
 * gallery lacks have nothing to find and are left out. Immutable.
 *
 * @param labels class of each query
 * @param hits for each query, the rank (1-based) of the first item of its label, or {@link Integer#MAX_VALUE}
 * @param averagePrecision AP@R of each query: 1/R sum over p = 1..R of [item p relevant] precision(p)
 */
public record RetrievalMetrics(List<String> labels, int[] hits, double[] averagePrecision) {

    /**
     * Every item queries all others. O(n^2 d), on all cores.
     *
     * @param embeddings [n, d], unit rows
     * @param labels class of each row
     */
    public static RetrievalMetrics of(float[][] embeddings, List<String> labels) {
        return across(embeddings, embeddings, labels);
    }

    /**
     * The same images in two embeddings: each queries, by the one, all others, by the other. What it costs to answer
     * the new model's queries from the old model's gallery.
     *
     * @param queries [n, d], unit rows
     * @param gallery [n, d], unit rows, of the same images
     * @param labels class of each row
     */
    public static RetrievalMetrics across(float[][] queries, float[][] gallery, List<String> labels) {
        return measure(queries, labels, gallery, labels, true);
    }

    /**
     * Queries and gallery of different images.
     *
     * @param queries [n, d], unit rows
     * @param gallery [m, d], unit rows
     */
    public static RetrievalMetrics between(
            float[][] queries, List<String> queryLabels, float[][] gallery, List<String> galleryLabels) {
        return measure(queries, queryLabels, gallery, galleryLabels, false);
    }

    private static RetrievalMetrics measure(
            float[][] queries,
            List<String> queryLabels,
            float[][] gallery,
            List<String> galleryLabels,
            boolean sameImages) {
        Map<String, Integer> numbers = new HashMap<>();
        int[] gallerysClasses = numbers(galleryLabels, numbers);
        int[] queriesClasses = numbers(queryLabels, numbers);
        int[] sizes = new int[numbers.size()];
        Arrays.stream(gallerysClasses).forEach(number -> sizes[number]++);
        int[] asked = IntStream.range(0, queries.length)
                .filter(query -> sizes[queriesClasses[query]] > (sameImages ? 1 : 0))
                .toArray();
        Ranked[] ranked = Arrays.stream(asked)
                .parallel()
                .mapToObj(query -> {
                    int own = queriesClasses[query];
                    int relevant = sizes[own] - (sameImages ? 1 : 0);
                    return Ranked.of(
                            cosines(queries[query], gallery), gallerysClasses, own, relevant, sameImages ? query : -1);
                })
                .toArray(Ranked[]::new);
        return new RetrievalMetrics(
                Arrays.stream(asked).mapToObj(queryLabels::get).toList(),
                Arrays.stream(ranked).mapToInt(Ranked::hit).toArray(),
                Arrays.stream(ranked).mapToDouble(Ranked::averagePrecision).toArray());
    }

    private static int[] numbers(List<String> labels, Map<String, Integer> numbers) {
        return labels.stream()
                .mapToInt(label -> numbers.computeIfAbsent(label, added -> numbers.size()))
                .toArray();
    }

    /** The same for some classes' queries only. */
    public RetrievalMetrics of(Set<String> classes) {
        int[] chosen = IntStream.range(0, hits.length)
                .filter(i -> classes.contains(labels.get(i)))
                .toArray();
        return new RetrievalMetrics(
                Arrays.stream(chosen).mapToObj(labels::get).toList(),
                Arrays.stream(chosen).map(i -> hits[i]).toArray(),
                Arrays.stream(chosen).mapToDouble(i -> averagePrecision[i]).toArray());
    }

    /** 1 for each query whose nearest neighbour is of its class, else 0. */
    public double[] firstRight() {
        return Arrays.stream(hits).mapToDouble(hit -> hit == 1 ? 1 : 0).toArray();
    }

    /** Queries that had something to find. */
    public int queries() {
        return hits.length;
    }

    /** Share of the queries, 0 to 1, with an item of their label among the first k. */
    public double recallAt(int k) {
        return Arrays.stream(hits).filter(hit -> hit <= k).count() / (double) Math.max(1, hits.length);
    }

    /** Mean of AP@R over the queries, 0 to 1. */
    public double mapAtR() {
        return Arrays.stream(averagePrecision).average().orElse(0);
    }

    private static double[] cosines(float[] query, float[][] gallery) {
        double[] cosines = new double[gallery.length];
        for (int i = 0; i < gallery.length; i++) {
            double dot = 0;
            for (int k = 0; k < query.length; k++) {
                dot += (double) gallery[i][k] * query[k];
            }
            // What is no number is found last, not first.
            cosines[i] = Double.isNaN(dot) ? Double.NEGATIVE_INFINITY : dot;
        }
        return cosines;
    }
}
