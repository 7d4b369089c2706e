package io.sightline.trainer.rounds;

import io.sightline.trainer.evaluation.OrthogonalMap;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.evaluation.ScoreCalibration;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.report.ConfusedClasses;
import io.sightline.trainer.report.Confusions;
import io.sightline.trainer.report.HoldoutImage;
import io.sightline.trainer.training.SeeTrainer.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Candidate and active version on the same snapshot. Immutable.
 *
 * @param candidate on the holdout
 * @param active on the holdout; null if there is no active version that can be compared
 * @param figures what is watched beside the gate's metric, by name: forgetting, drift, cross-version recall
 * @param confusions the hardest holdout classes of the candidate
 * @param cross the candidate's queries on the active version's gallery; null without an active version, or one of
 *     another number of dimensions
 */
public record Evaluation(
        RetrievalMetrics candidate,
        @Nullable RetrievalMetrics active,
        Map<String, Double> figures,
        List<ConfusedClasses> confusions,
        @Nullable CrossVersion cross) {

    private static final int BATCH = 128;
    private static final int SAMPLE = 256;
    private static final int CONFUSIONS = 12;
    /** The newest images of the replay store: this share of them. */
    private static final double LATELY = 0.25;

    /**
     * New queries on the old gallery.
     *
     * @param map from the candidate's space into the active version's, fitted on training images
     * @param raw without the map
     * @param mapped through the map
     */
    public record CrossVersion(OrthogonalMap map, RetrievalMetrics raw, RetrievalMetrics mapped) {}

    /**
     * The map, if the candidate's queries find on the active version's gallery what the active version's own find, and
     * at least so much more.
     */
    public Optional<OrthogonalMap> compatible(Gate.Metric metric, double margin) {
        if (cross == null || active == null) {
            return Optional.empty();
        }
        boolean good = metric.mean(cross.mapped) >= metric.mean(active) + margin;
        return good ? Optional.of(cross.map) : Optional.empty();
    }

    /**
     * Evaluates a round's outcome.
     *
     * @param knownClasses classes that the round before had seen
     */
    public static Evaluation of(
            Reference candidate, @Nullable Reference active, ReplaySnapshot snapshot, Collection<String> knownClasses) {
        List<ReplayItem> holdout = snapshot.holdoutItems();
        List<String> labels = holdout.stream().map(ReplayItem::label).toList();
        float[][] vectors = embed(candidate, holdout);
        RetrievalMetrics metrics = RetrievalMetrics.of(vectors, labels);
        Map<String, Double> figures = new TreeMap<>();
        Set<String> old = hasTimes(snapshot) ? notSeenLately(snapshot) : Set.of();
        forgetting("", metrics, old, figures);
        calibration("", ScoreCalibration.of(vectors, labels), figures);
        figures.put("drift.newClasses", newClasses(snapshot, knownClasses));
        if (hasTimes(snapshot)) {
            figures.put("drift.shift", shift(active == null ? candidate : active, snapshot));
        }
        RetrievalMetrics activeMetrics = null;
        CrossVersion cross = null;
        if (active != null) {
            float[][] activeVectors = embed(active, holdout);
            activeMetrics = RetrievalMetrics.of(activeVectors, labels);
            forgetting("parent.", activeMetrics, old, figures);
            calibration("parent.", ScoreCalibration.of(activeVectors, labels), figures);
            cross = crossVersion(candidate, active, vectors, activeVectors, labels, snapshot);
        }
        if (cross != null) {
            figures.put("cross.recallAt1", cross.raw.recallAt(1));
            figures.put("cross.mapAtR", cross.raw.mapAtR());
            figures.put("cross.mapped.recallAt1", cross.mapped.recallAt(1));
            figures.put("cross.mapped.mapAtR", cross.mapped.mapAtR());
        }
        figures.values().removeIf(value -> value.isNaN());
        List<HoldoutImage> images = holdout.stream()
                .map(item -> new HoldoutImage(item.id(), item.pixels()))
                .toList();
        return new Evaluation(
                metrics, activeMetrics, figures, Confusions.of(vectors, labels, images, CONFUSIONS), cross);
    }

    /** Recall@1 on holdout classes that the stream has not brought lately. */
    private static void forgetting(
            String prefix, RetrievalMetrics metrics, Set<String> old, Map<String, Double> figures) {
        RetrievalMetrics forgotten = metrics.of(old);
        if (forgotten.queries() > 0) {
            figures.put(prefix + "forgetting.recallAt1", forgotten.recallAt(1));
            figures.put(prefix + "forgetting.queries", (double) forgotten.queries());
        }
    }

    private static void calibration(String prefix, ScoreCalibration calibration, Map<String, Double> figures) {
        figures.put(prefix + "calibration.rightCosine", calibration.rightCosine());
        figures.put(prefix + "calibration.wrongCosine", calibration.wrongCosine());
        figures.put(prefix + "calibration.auc", calibration.auc());
    }

    /** New queries on the old gallery: as they are, and through an orthogonal map fitted on training images. */
    private static @Nullable CrossVersion crossVersion(
            Reference candidate,
            Reference active,
            float[][] vectors,
            float[][] activeVectors,
            List<String> labels,
            ReplaySnapshot snapshot) {
        List<ReplayItem> sample = sample(snapshot.trainingItems());
        if (sample.isEmpty() || vectors.length == 0 || vectors[0].length != activeVectors[0].length) {
            return null;
        }
        RetrievalMetrics raw = RetrievalMetrics.across(vectors, activeVectors, labels);
        OrthogonalMap map = OrthogonalMap.fit(embed(candidate, sample), embed(active, sample));
        RetrievalMetrics mapped = RetrievalMetrics.across(map.apply(vectors), activeVectors, labels);
        return new CrossVersion(map, raw, mapped);
    }

    /** Whether some images are later than others: in a folder none is. */
    private static boolean hasTimes(ReplaySnapshot snapshot) {
        return Stream.concat(snapshot.trainingItems().stream(), snapshot.holdoutItems().stream())
                        .mapToLong(ReplayItem::eventMillis)
                        .distinct()
                        .limit(2)
                        .count()
                > 1;
    }

    private static double newClasses(ReplaySnapshot snapshot, Collection<String> knownClasses) {
        Set<String> fresh = new TreeSet<>(snapshot.classes());
        int all = fresh.size();
        fresh.removeAll(new HashSet<>(knownClasses));
        return all == 0 || knownClasses.isEmpty() ? Double.NaN : fresh.size() / (double) all;
    }

    /** 1 - cosine between the mean embeddings of the latest and of the earlier training images. */
    private static double shift(Reference network, ReplaySnapshot snapshot) {
        List<ReplayItem> byTime = byTime(snapshot.trainingItems());
        int split = (int) (byTime.size() * (1 - LATELY));
        if (split == 0 || split == byTime.size()) {
            return Double.NaN;
        }
        double[] earlier = mean(embed(network, sample(byTime.subList(0, split))));
        double[] latest = mean(embed(network, sample(byTime.subList(split, byTime.size()))));
        return 1 - dot(earlier, latest) / Math.sqrt(dot(earlier, earlier) * dot(latest, latest));
    }

    private static Set<String> notSeenLately(ReplaySnapshot snapshot) {
        List<ReplayItem> all = new ArrayList<>(snapshot.trainingItems());
        all.addAll(snapshot.holdoutItems());
        List<ReplayItem> byTime = byTime(all);
        Set<String> old = new TreeSet<>(snapshot.holdout().keySet());
        byTime.subList((int) (byTime.size() * (1 - LATELY)), byTime.size()).forEach(item -> old.remove(item.label()));
        return old;
    }

    private static List<ReplayItem> byTime(List<ReplayItem> items) {
        return items.stream()
                .sorted(Comparator.comparingLong(ReplayItem::eventMillis).thenComparing(ReplayItem::id))
                .toList();
    }

    /** Evenly spread, so that every class has its part. */
    private static List<ReplayItem> sample(List<ReplayItem> items) {
        List<ReplayItem> sample = new ArrayList<>();
        double stride = Math.max(1, items.size() / (double) SAMPLE);
        for (double next = 0; next < items.size(); next += stride) {
            sample.add(items.get((int) next));
        }
        return sample;
    }

    private static float[][] embed(Reference network, List<ReplayItem> items) {
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

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
