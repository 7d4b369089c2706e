package io.sightline.indexer.rollout;

import io.sightline.indexer.rollout.gates.GateSettings;
import java.time.Duration;

/**
 * How versions follow each other. Immutable.
 *
 * @param grace how long a retired version is kept for a rollback
 * @param stallTimeout a staged version that has not moved for so long is rejected
 * @param rollbackLag image events that a version may be behind and still be gone back to
 * @param policy what becomes of a newer version while one back-fills
 * @param gates what a version must show before it answers
 */
public record RolloutSettings(
        Duration grace, Duration stallTimeout, long rollbackLag, Policy policy, GateSettings gates) {

    /** What becomes of a newer version while one back-fills. */
    public enum Policy {
        /** It waits; of several that wait the newest comes next. */
        WAIT,
        /**
         * It takes the other one's place. Where versions are published faster than one back-fills none ever becomes
         * active.
         */
        SUPERSEDE
    }

    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(10);
    private static final long ROLLBACK_LAG = 1000;

    /** A grace of ten minutes. */
    public static final RolloutSettings DEFAULT = new RolloutSettings(Duration.ofMinutes(10));

    /** The defaults with another grace. */
    public RolloutSettings(Duration grace) {
        this(grace, STALL_TIMEOUT, ROLLBACK_LAG, Policy.WAIT, GateSettings.DEFAULT);
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

    /** The same with another policy. */
    public RolloutSettings with(Policy other) {
        return new RolloutSettings(grace, stallTimeout, rollbackLag, other, gates);
    }

    /** The same with other gates. */
    public RolloutSettings with(GateSettings other) {
        return new RolloutSettings(grace, stallTimeout, rollbackLag, policy, other);
    }
}
