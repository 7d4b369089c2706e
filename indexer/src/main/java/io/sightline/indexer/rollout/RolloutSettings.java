package io.sightline.indexer.rollout;

import java.time.Duration;

/**
 * How versions follow each other. Immutable.
 *
 * @param grace how long a retired version is kept for a rollback
 * @param stallTimeout a staged version that has not moved for so long is rejected
 * @param rollbackLag image events that a version may be behind and still be gone back to
 */
public record RolloutSettings(Duration grace, Duration stallTimeout, long rollbackLag) {

    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(10);
    private static final long ROLLBACK_LAG = 1000;

    /** Ten minutes. */
    public static final RolloutSettings DEFAULT = new RolloutSettings(Duration.ofMinutes(10));

    /** The defaults with another grace. */
    public RolloutSettings(Duration grace) {
        this(grace, STALL_TIMEOUT, ROLLBACK_LAG);
    }

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
