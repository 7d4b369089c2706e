package io.sightline.deploy.bench;

import java.time.Duration;

/**
 * A load on a stack. Immutable.
 *
 * @param searches a second
 * @param images a second
 * @param time how long these rates last; the other phases are a tenth of it each, between 5 s and a minute
 * @param above by how much the rates are exceeded in the phase above the limit
 * @param gallery images that are there before
 * @param searchBy what searches are made by
 * @param key API key to call with, empty for none
 */
public record LoadSettings(
        double searches, double images, Duration time, double above, int gallery, String searchBy, String key) {

    private static final Duration SHORTEST = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int TENTH = 10;

    /** Checks the ranges. */
    public LoadSettings {
        if (!(searches > 0) || !(images > 0)) {
            throw new IllegalArgumentException(
                    "searches and images a second must be above 0, not " + searches + " and " + images);
        }
        if (!(above > 1)) {
            throw new IllegalArgumentException("above must be more than 1, not " + above);
        }
        if (time.isNegative() || time.isZero() || gallery < 1) {
            throw new IllegalArgumentException(
                    "the time must be positive and the gallery not empty: " + time + ", " + gallery);
        }
        LoadRequests.SearchBy.valueOf(searchBy);
    }

    /** How long a phase lasts that is not the main one. */
    Duration shortTime() {
        Duration tenth = time.dividedBy(TENTH);
        if (tenth.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return tenth.compareTo(LONGEST) > 0 ? LONGEST : tenth;
    }
}
