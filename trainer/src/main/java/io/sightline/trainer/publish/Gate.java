package io.sightline.trainer.publish;

import io.sightline.trainer.evaluation.PairedBootstrap;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Lets a candidate through only if it is better than the active version by more than noise: the 95 % interval of the
 * paired bootstrap of a metric on the same holdout queries must lie above the margin, and not too many classes may have
 * become much worse. Immutable.
 *
 * @param metric what is compared
 * @param margin what must be exceeded, in the metric
 * @param classDrop by how much a class's mean must fall, in the metric, to count as worse
 * @param maxWorseClasses share of the holdout classes that may be worse, 0 to 1
 */
public record Gate(Metric metric, double margin, double classDrop, double maxWorseClasses) {

    /** What versions are compared by. */
    public enum Metric {
        /** The whole neighbourhood of a query: the less noisy one. */
        MAP_AT_R("MAP@R"),
        /** The nearest neighbour alone. */
        RECALL_AT_1("Recall@1");

        private final String term;

        Metric(String term) {
            this.term = term;
        }

        /** Its mean over all queries, 0 to 1. */
        public double mean(RetrievalMetrics metrics) {
            return Arrays.stream(of(metrics)).average().orElse(0);
        }

        private double[] of(RetrievalMetrics metrics) {
            return this == MAP_AT_R ? metrics.averagePrecision() : metrics.firstRight();
        }
    }

    /** A fall that counts as worse if nothing else is said. */
    public static final double CLASS_DROP = 0.2;

    /** By MAP@R, whatever becomes of single classes. */
    public Gate(double margin) {
        this(Metric.MAP_AT_R, margin, CLASS_DROP, 1);
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public Gate {
        if (!(classDrop > 0) || !(maxWorseClasses >= 0 && maxWorseClasses <= 1) || Double.isNaN(margin)) {
            throw new IllegalArgumentException("the gate needs a margin, a class drop above 0 and a share of worse"
                    + " classes of 0 to 1, not " + margin + ", " + classDrop + " and " + maxWorseClasses);
        }
    }

    /**
     * What was decided.
     *
     * @param passed whether the candidate may be published
     * @param reason why, with the figures
     * @param metrics the figures by name
     */
    public record Verdict(boolean passed, String reason, Map<String, Double> metrics) {

        /** The same with further figures. */
        public Verdict with(Map<String, Double> further) {
            Map<String, Double> all = new TreeMap<>(metrics);
            all.putAll(further);
            return new Verdict(passed, reason, all);
        }
    }

    /**
     * Compares a candidate with the active version on the same holdout images in the same order.
     *
     * @param active null if there is none, or none that can be compared
     * @param mustCompare whether the active version may not be replaced unmeasured: it is trained, and sees the same
     *     pixels
     */
    public Verdict judge(RetrievalMetrics candidate, @Nullable RetrievalMetrics active, boolean mustCompare) {
        Map<String, Double> metrics = new TreeMap<>(figures("", candidate));
        if (candidate.queries() == 0) {
            String reason = "no holdout image has another of its class: nothing can be measured";
            return new Verdict(!mustCompare, reason, metrics);
        }
        if (active == null) {
            String reason = mustCompare
                    ? "the active version cannot be loaded to compare with; its artifact is missing or damaged"
                    : "there is no version that it can be compared with";
            return new Verdict(!mustCompare, reason, metrics);
        }
        metrics.putAll(figures("parent.", active));
        PairedBootstrap comparison = PairedBootstrap.of(metric.of(candidate), metric.of(active));
        metrics.put("improvement", comparison.difference());
        metrics.put("improvement.low", comparison.low());
        metrics.put("improvement.high", comparison.high());
        double worse = worseClasses(candidate, active);
        metrics.put("worseClasses", worse);
        boolean better = comparison.isAbove(margin);
        boolean even = worse <= maxWorseClasses;
        String reason = String.format(
                Locale.ROOT,
                "holdout %s %.4f against %.4f: %+.4f, 95 %% interval %+.4f to %+.4f %s the margin of %.4f on %d queries",
                metric.term,
                metric.mean(candidate),
                metric.mean(active),
                comparison.difference(),
                comparison.low(),
                comparison.high(),
                better ? "lies above" : "does not lie above",
                margin,
                candidate.queries());
        if (better && !even) {
            reason += String.format(
                    Locale.ROOT,
                    "; but %.0f %% of the classes fell by more than %.2f, at most %.0f %% may",
                    100 * worse,
                    classDrop,
                    100 * maxWorseClasses);
        }
        return new Verdict(better && even, reason, metrics);
    }

    private double worseClasses(RetrievalMetrics candidate, RetrievalMetrics active) {
        Set<String> classes = new TreeSet<>(candidate.labels());
        long worse = classes.stream()
                .filter(label -> mean(candidate, label) < mean(active, label) - classDrop)
                .count();
        return worse / (double) classes.size();
    }

    private double mean(RetrievalMetrics metrics, String label) {
        return metric.mean(metrics.of(Set.of(label)));
    }

    private static Map<String, Double> figures(String prefix, RetrievalMetrics metrics) {
        return Map.of(
                prefix + "recallAt1", metrics.recallAt(1),
                prefix + "recallAt2", metrics.recallAt(2),
                prefix + "recallAt4", metrics.recallAt(4),
                prefix + "recallAt8", metrics.recallAt(8),
                prefix + "mapAtR", metrics.mapAtR(),
                prefix + "queries", (double) metrics.queries());
    }
}
