package io.sightline.deploy.bench;

import java.time.Duration;
import java.util.List;

/**
 * A time in which the load is the same. Immutable.
 *
 * @param searches a second
 * @param images a second
 */
record LoadPhase(String name, double searches, double images, Duration time) {

    /** Longer than that, 99 in 100 requests must not take in a phase that holds. */
    private static final double LONGEST_MILLIS = 1_000;

    /** An embedder that does not keep up is late first, and later the later it is. */
    private static final double STALEST_MILLIS = 10_000;

    /** How much slower everything may be after an overload than before it. */
    private static final double AS_BEFORE = 2;

    private static final double SLACK_MILLIS = 50;

    /**
     * What came of it.
     *
     * @param rows by kind of request
     * @param generatorCpu share of all processors that the generator took
     * @param stackCpu share of all processors that the stack took; NaN if it is not ours
     */
    record Outcome(
            LoadPhase phase,
            List<LoadRow> rows,
            FreshnessProbe.Freshness freshness,
            double generatorCpu,
            double stackCpu) {

        /** Whether every request was answered with success, soon, and every image was searchable soon. */
        boolean holds() {
            return rows.stream().allMatch(row -> row.holds(LONGEST_MILLIS)) && !(freshness.p99() > STALEST_MILLIS);
        }

        /** Whether all is as it was in another phase of the same rates. */
        boolean isAsIn(Outcome before) {
            for (int i = 0; i < rows.size(); i++) {
                LoadRow row = rows.get(i);
                if (!row.holds(AS_BEFORE * before.rows.get(i).p99() + SLACK_MILLIS)) {
                    return false;
                }
            }
            return holds();
        }

        /** Requests that were refused with 429. */
        long shed() {
            return rows.stream().mapToLong(LoadRow::shed).sum();
        }

        /** Requests that were neither answered with success nor shed. */
        long failed() {
            return rows.stream().mapToLong(LoadRow::failed).sum();
        }
    }

    /** The same for another time, under another name. */
    LoadPhase as(String other, Duration length) {
        return new LoadPhase(other, searches, images, length);
    }

    /** The same with so many times the rates. */
    LoadPhase times(String other, double factor, Duration length) {
        return new LoadPhase(other, factor * searches, factor * images, length);
    }
}
