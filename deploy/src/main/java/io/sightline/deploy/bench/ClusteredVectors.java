package io.sightline.deploy.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;

/**
 * Unit vectors in clusters, as embeddings are, and queries of the same kind that are none of them.
 *
 * @param vectors [n][d]
 * @param queries [q][d]
 */
record ClusteredVectors(float[][] vectors, float[][] queries) {

    private static final int PER_CLUSTER = 200;
    /** Length of what is added to a centre: the vectors of a cluster have a cosine of about 0.5 with each other. */
    private static final double SPREAD = 1.0;

    /** Draws them; the same seed gives the same. */
    static ClusteredVectors draw(int count, int queries, int dimensions, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] centres = new float[Math.max(1, count / PER_CLUSTER)][];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = unit(new float[dimensions], Math.sqrt(dimensions), random);
        }
        return new ClusteredVectors(around(centres, count, random), around(centres, queries, random));
    }

    private static float[][] around(float[][] centres, int count, SplittableRandom random) {
        float[][] drawn = new float[count][];
        for (int i = 0; i < count; i++) {
            drawn[i] = unit(centres[random.nextInt(centres.length)], SPREAD, random);
        }
        return drawn;
    }

    private static float[] unit(float[] centre, double spread, SplittableRandom random) {
        float[] vector = new float[centre.length];
        double scale = spread / Math.sqrt(centre.length);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) (centre[i] + scale * random.nextGaussian());
        }
        VectorUtil.l2normalize(vector);
        return vector;
    }

    private record Neighbour(int index, float score) {}

    /** The k nearest by cosine, by a scan of all. */
    int[] nearest(float[] query, int k) {
        Comparator<Neighbour> byScore = Comparator.comparingDouble(Neighbour::score);
        PriorityQueue<Neighbour> best = new PriorityQueue<>(k, byScore);
        for (int i = 0; i < vectors.length; i++) {
            float score = VectorUtil.dotProduct(query, vectors[i]);
            if (best.size() < k) {
                best.add(new Neighbour(i, score));
            } else if (score > best.element().score()) {
                best.remove();
                best.add(new Neighbour(i, score));
            }
        }
        List<Neighbour> sorted = new ArrayList<>(best);
        sorted.sort(byScore.reversed());
        return sorted.stream().mapToInt(Neighbour::index).toArray();
    }

    /** The k nearest of each query. */
    int[][] truth(int k) {
        return IntStream.range(0, queries.length)
                .parallel()
                .mapToObj(i -> nearest(queries[i], k))
                .toArray(int[][]::new);
    }

    /** The k nearest of every n-th vector to each query. */
    int[][] truthOfEvery(int n, int k) {
        float[][] some = IntStream.range(0, (vectors.length + n - 1) / n)
                .mapToObj(i -> vectors[i * n])
                .toArray(float[][]::new);
        int[][] truth = new ClusteredVectors(some, queries).truth(k);
        for (int[] nearest : truth) {
            Arrays.setAll(nearest, i -> nearest[i] * n);
        }
        return truth;
    }
}
