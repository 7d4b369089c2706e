package io.sightline.trainer.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Recall@K and MAP@R (Musgrave et al., ECCV 2020) where every item queries all others by cosine. Items whose label
 * occurs once have nothing to find and are left out. Immutable.
 *
 * @param hits for each query, the rank (1-based) of the first item of its label, or {@link Integer#MAX_VALUE}
 * @param averagePrecision AP@R of each query: 1/R sum over p = 1..R of [item p relevant] precision(p)
 */
public record RetrievalMetrics(int[] hits, double[] averagePrecision) {

    /**
     * Evaluates embeddings. O(n^2 d).
     *
     * @param embeddings [n, d], unit rows
     * @param labels class of each row
     */
    public static RetrievalMetrics of(float[][] embeddings, List<String> labels) {
        List<Integer> hits = new ArrayList<>();
        List<Double> precisions = new ArrayList<>();
        for (int query = 0; query < embeddings.length; query++) {
            int relevant = relevant(labels, query);
            if (relevant > 0) {
                int[] ranking = rank(embeddings, query);
                hits.add(firstHit(ranking, labels, query));
                precisions.add(averagePrecision(ranking, labels, query, relevant));
            }
        }
        return new RetrievalMetrics(
                hits.stream().mapToInt(Integer::intValue).toArray(),
                precisions.stream().mapToDouble(Double::doubleValue).toArray());
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

    private static int relevant(List<String> labels, int query) {
        int same = 0;
        for (String label : labels) {
            if (label.equals(labels.get(query))) {
                same++;
            }
        }
        return same - 1;
    }

    /** All others by descending cosine, equal cosines by ascending index. */
    private static int[] rank(float[][] embeddings, int query) {
        double[] cosines = new double[embeddings.length];
        List<Integer> order = new ArrayList<>(embeddings.length);
        for (int i = 0; i < embeddings.length; i++) {
            double dot = 0;
            for (int k = 0; k < embeddings[i].length; k++) {
                dot += (double) embeddings[i][k] * embeddings[query][k];
            }
            cosines[i] = dot;
            if (i != query) {
                order.add(i);
            }
        }
        order.sort((a, b) -> Double.compare(cosines[b], cosines[a]));
        return order.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int firstHit(int[] ranking, List<String> labels, int query) {
        for (int p = 0; p < ranking.length; p++) {
            if (labels.get(ranking[p]).equals(labels.get(query))) {
                return p + 1;
            }
        }
        return Integer.MAX_VALUE;
    }

    private static double averagePrecision(int[] ranking, List<String> labels, int query, int relevant) {
        int found = 0;
        double sum = 0;
        for (int p = 0; p < relevant; p++) {
            if (labels.get(ranking[p]).equals(labels.get(query))) {
                found++;
                sum += (double) found / (p + 1);
            }
        }
        return sum / relevant;
    }
}
