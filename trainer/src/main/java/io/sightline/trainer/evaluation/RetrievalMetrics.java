package io.sightline.trainer.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
     * Every item queries all others. O(n^2 (d + log n)).
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
        Map<String, Long> sizes =
                galleryLabels.stream().collect(Collectors.groupingBy(label -> label, Collectors.counting()));
        List<String> labels = new ArrayList<>();
        List<Integer> hits = new ArrayList<>();
        List<Double> precisions = new ArrayList<>();
        for (int query = 0; query < queries.length; query++) {
            String label = queryLabels.get(query);
            int relevant = (int) (sizes.getOrDefault(label, 0L) - (sameImages ? 1 : 0));
            if (relevant > 0) {
                int[] ranking = rank(queries[query], gallery, sameImages ? query : -1);
                labels.add(label);
                hits.add(firstHit(ranking, galleryLabels, label));
                precisions.add(averagePrecision(ranking, galleryLabels, label, relevant));
            }
        }
        return new RetrievalMetrics(
                List.copyOf(labels),
                hits.stream().mapToInt(Integer::intValue).toArray(),
                precisions.stream().mapToDouble(Double::doubleValue).toArray());
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

    /** The gallery by descending cosine, equal cosines by ascending index. */
    private static int[] rank(float[] query, float[][] gallery, int itself) {
        double[] cosines = new double[gallery.length];
        List<Integer> order = new ArrayList<>(gallery.length);
        for (int i = 0; i < gallery.length; i++) {
            double dot = 0;
            for (int k = 0; k < query.length; k++) {
                dot += (double) gallery[i][k] * query[k];
            }
            cosines[i] = dot;
            if (i != itself) {
                order.add(i);
            }
        }
        order.sort((a, b) -> Double.compare(cosines[b], cosines[a]));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int firstHit(int[] ranking, List<String> labels, String label) {
        for (int p = 0; p < ranking.length; p++) {
            if (labels.get(ranking[p]).equals(label)) {
                return p + 1;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static double averagePrecision(int[] ranking, List<String> labels, String label, int relevant) {
        int found = 0;
        double sum = 0;
        for (int p = 0; p < relevant; p++) {
            if (labels.get(ranking[p]).equals(label)) {
                found++;
                sum += (double) found / (p + 1);
            }
        }
        return sum / relevant;
    }
}
