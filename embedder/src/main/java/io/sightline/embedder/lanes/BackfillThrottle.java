package io.sightline.embedder.lanes;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps a lane that back-fills from taking the time of the one that answers searches. While the active lane has work, or
 * had some lately, a back-filling lane computes for its share of the time only: after a batch that took t it owes a rest
 * of t (1 - share) / share. When the active lane is idle it does not rest, and owes nothing any more. One for all lanes
 * of a process, of which one back-fills at a time; thread-safe.
 *
 * <p>A task gives its partition up when an image does not come back in time, see {@code EmbedProcessor}, and it must not
 * do so for a rest. So one rest is bounded, and there is none while an image has been queued for long: under a share
 * that the machine cannot keep, the lane takes more than its share. What a rest was short of is owed to the next ones,
 * up to a bound, so that a single slow batch does not bring a lane more than its share.
 */
final class BackfillThrottle {

    /** An active lane that has had work within this time counts as busy: images of a live stream come singly. */
    private static final Duration LATELY = Duration.ofMillis(500);

    /** Longest rest after one batch. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    /** An image that has been queued for so long is not made to wait for a rest. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Most that is owed: a lane is not held back for longer than five of the longest rests by what happened once. */
    private static final Duration MOST_OWED = LONGEST.multipliedBy(5);

    private final double share;
    private final LongSupplier nanoTime;
    private final AtomicLong activeAt;
    private Duration owed = Duration.ZERO;

    BackfillThrottle(double share) {
        this(share, System::nanoTime);
    }

    BackfillThrottle(double share, LongSupplier nanoTime) {
        this.share = share;
        this.nanoTime = nanoTime;
        this.activeAt = new AtomicLong(nanoTime.getAsLong() - LATELY.toNanos() - 1);
    }

    /** The active lane was given work. */
    void activeWorks() {
        activeAt.set(nanoTime.getAsLong());
    }

    /**
     * How long a back-filling lane rests after a batch.
     *
     * @param batch time that it took
     * @param queued how long the image that comes next has been waiting for its batch
     */
    synchronized Duration restAfter(Duration batch, Duration queued) {
        boolean busy = nanoTime.getAsLong() - activeAt.get() <= LATELY.toNanos();
        if (!busy || share >= 1) {
            owed = Duration.ZERO;
            return Duration.ZERO;
        }
        Duration due = Duration.ofNanos((long) (batch.toNanos() * (1 - share) / share));
        owed = shorter(owed.plus(due), MOST_OWED);
        if (queued.compareTo(PATIENCE) >= 0) {
            return Duration.ZERO;
        }
        Duration rest = shorter(owed, LONGEST);
        owed = owed.minus(rest);
        return rest;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
