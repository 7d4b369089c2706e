package io.sightline.indexer.rollout;

import java.time.Duration;

/**
 * How versions follow each other. Immutable.
 *
 * @param grace how long a retired version is kept for a rollback
 */
public record RolloutSettings(Duration grace) {

    /** Ten minutes. */
    public static final RolloutSettings DEFAULT = new RolloutSettings(Duration.ofMinutes(10));

    /**
     * Checks the grace.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public RolloutSettings {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("the grace period cannot be negative: " + grace);
        }
    }
}
