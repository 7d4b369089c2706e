package io.sightline.trainer.publish;

import io.sightline.trainer.evaluation.PairedBootstrap;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lets a candidate through only if it is better than the active version by more than noise: the 95 % interval of the
 * paired bootstrap of AP@R on the same holdout queries must lie above the margin. Immutable.
 *
 * @param margin what must be exceeded, in MAP@R
 */
public record Gate(double margin) {

    /**
     * What was decided.
     *
     * @param passed whether the candidate may be published
     * @param reason why, with the figures
     * @param metrics the figures by name
     */
    public record Verdict(boolean passed, String reason, Map<String, Double> metrics) {}

    /**
     * Compares a candidate with the active version on the same holdout images in the same order.
     *
     * @param activeIsTrained whether the active version is more than an initial network: it is not replaced unmeasured
     * @param active null if it cannot be compared, for instance because its input is preprocessed differently
     */
    public Verdict judge(RetrievalMetrics candidate, @Nullable RetrievalMetrics active, boolean activeIsTrained) {
        Map<String, Double> metrics = new TreeMap<>(figures("", candidate));
        if (candidate.queries() == 0) {
            String reason = "no holdout image has another of its class: nothing can be measured";
            return new Verdict(!activeIsTrained, reason, metrics);
        }
        if (active == null) {
            return new Verdict(true, "the active version cannot be compared", metrics);
        }
        metrics.putAll(figures("parent.", active));
        PairedBootstrap comparison = PairedBootstrap.of(candidate.averagePrecision(), active.averagePrecision());
        metrics.put("improvement", comparison.difference());
        metrics.put("improvement.low", comparison.low());
        metrics.put("improvement.high", comparison.high());
        boolean passed = comparison.isAbove(margin);
        String reason = String.format(
                Locale.ROOT,
                "holdout MAP@R %.4f against %.4f: %+.4f, 95 %% interval %+.4f to %+.4f %s the margin of %.4f on %d queries",
                candidate.mapAtR(),
                active.mapAtR(),
                comparison.difference(),
                comparison.low(),
                comparison.high(),
                passed ? "lies above" : "does not lie above",
                margin,
                candidate.queries());
        return new Verdict(passed, reason, metrics);
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
