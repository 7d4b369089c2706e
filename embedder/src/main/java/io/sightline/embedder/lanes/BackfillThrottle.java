package io.sightline.embedder.lanes;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Keeps a lane that back-fills from taking the time of the one that answers searches. While the active lane has work, or
 * had some lately, a back-filling lane computes for its share of the time only: after a batch that took t it rests for
 * t (1 - share) / share. When the active lane is idle it does not rest. One for all lanes of a process; thread-safe.
 */
final class BackfillThrottle {

    /** An active lane that has had work within this time counts as busy: images of a live stream come singly. */
    private static final Duration LATELY = Duration.ofMillis(500);

    /** Longest rest after one batch: a share near 0 must not stop a lane for good. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final double share;
    private final LongSupplier nanoTime;
    private final AtomicLong activeAt;

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

    /** How long a back-filling lane rests after a batch that took so long. */
    Duration restAfter(Duration batch) {
        boolean busy = nanoTime.getAsLong() - activeAt.get() <= LATELY.toNanos();
        if (!busy || share >= 1) {
            return Duration.ZERO;
        }
        Duration rest = Duration.ofNanos((long) (batch.toNanos() * (1 - share) / share));
        return rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
    }
}
