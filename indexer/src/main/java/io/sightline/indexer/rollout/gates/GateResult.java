package io.sightline.indexer.rollout.gates;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a gate found. Immutable.
 *
 * @param passed whether the version may answer
 * @param reason with the figures that decided
 * @param figures all of them by name
 */
public record GateResult(boolean passed, String reason, Map<String, Double> figures) {

    /** Copies the figures. */
    public GateResult {
        figures = Map.copyOf(figures);
    }

    static GateResult passed(String reason, Map<String, Double> figures) {
        return new GateResult(true, reason, figures);
    }

    static GateResult failed(String reason, Map<String, Double> figures) {
        return new GateResult(false, reason, figures);
    }

    /** This and another one: both have to pass, and all that failed is said. */
    GateResult and(GateResult other) {
        Map<String, Double> all = new TreeMap<>(figures);
        all.putAll(other.figures);
        if (passed == other.passed) {
            return new GateResult(passed, reason + "; " + other.reason, all);
        }
        return new GateResult(false, passed ? other.reason : reason, all);
    }
}
