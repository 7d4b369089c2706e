package io.sightline.deploy.bench;

import io.sightline.deploy.train.DecodedSet;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.replay.ReplayItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Measures versions on images that the stream does not bring, and asks them about those with wrong labels. Immutable. */
final class StreamMeasure {

    private static final int BATCH = 128;

    private final List<ReplayItem> test;
    private final List<ReplayItem> first;
    private final List<ReplayItem> second;
    private final Map<String, List<ReplayItem>> rightByClass;
    private final List<ReplayItem> doubtful;
    private final Map<String, String> wrong;

    StreamMeasure(DecodedSet decoded, StreamImages images) {
        Set<String> keptBack = new HashSet<>(images.keptBack());
        Set<String> firstClasses =
                images.first().stream().map(StreamImages::label).collect(Collectors.toSet());
        Set<String> sent = images.all().stream().map(DatasetImage::id).collect(Collectors.toSet());
        this.test = decoded.test().images();
        this.wrong = images.wrong();
        this.first = new ArrayList<>();
        this.second = new ArrayList<>();
        this.doubtful = new ArrayList<>();
        this.rightByClass = new TreeMap<>();
        for (ReplayItem item : decoded.training()) {
            if (keptBack.contains(item.id())) {
                (firstClasses.contains(item.label()) ? first : second).add(item);
            } else if (wrong.containsKey(item.id())) {
                doubtful.add(item);
            } else if (sent.contains(item.id())) {
                rightByClass
                        .computeIfAbsent(item.label(), label -> new ArrayList<>())
                        .add(item);
            }
        }
    }

    /**
     * What a version shows.
     *
     * @param test Recall@1 on classes that are never sent
     * @param first Recall@1 on images kept back of the first half of the classes, among each other
     * @param second the same of the other half
     * @param wrongWins share of the images with a wrong label that are nearer to the mean of that class than to the mean
     *     of their own
     */
    record Figures(double test, double first, double second, double wrongWins) {}

    Figures of(EmbeddingModel network) {
        return new Figures(recall(network, test), recall(network, first), recall(network, second), wrongWins(network));
    }

    private static double recall(EmbeddingModel network, List<ReplayItem> items) {
        return RetrievalMetrics.of(
                        embed(network, items),
                        items.stream().map(ReplayItem::label).toList())
                .recallAt(1);
    }

    private double wrongWins(EmbeddingModel network) {
        Map<String, double[]> means = new HashMap<>();
        rightByClass.forEach((label, items) -> means.put(label, mean(embed(network, items))));
        float[][] vectors = embed(network, doubtful);
        int wins = 0;
        for (int i = 0; i < vectors.length; i++) {
            ReplayItem item = doubtful.get(i);
            double own = cosine(vectors[i], means.getOrDefault(item.label(), new double[vectors[i].length]));
            double other = cosine(vectors[i], means.getOrDefault(wrong.get(item.id()), new double[vectors[i].length]));
            wins += other > own ? 1 : 0;
        }
        return wins / (double) Math.max(1, vectors.length);
    }

    private static float[][] embed(EmbeddingModel network, List<ReplayItem> items) {
        List<float[]> vectors = new ArrayList<>(items.size());
        for (int from = 0; from < items.size(); from += BATCH) {
            List<byte[]> pixels = items.subList(from, Math.min(items.size(), from + BATCH)).stream()
                    .map(ReplayItem::pixels)
                    .toList();
            vectors.addAll(List.of(network.embed(pixels)));
        }
        return vectors.toArray(new float[0][]);
    }

    private static double[] mean(float[][] rows) {
        double[] mean = new double[rows[0].length];
        for (float[] row : rows) {
            for (int k = 0; k < mean.length; k++) {
                mean[k] += row[k] / rows.length;
            }
        }
        return mean;
    }

    /** Of a unit vector and any other; 0 for a mean of nothing. */
    private static double cosine(float[] unit, double[] other) {
        double product = 0;
        double squared = 0;
        for (int k = 0; k < unit.length; k++) {
            product += unit[k] * other[k];
            squared += other[k] * other[k];
        }
        return squared == 0 ? 0 : product / Math.sqrt(squared);
    }
}
