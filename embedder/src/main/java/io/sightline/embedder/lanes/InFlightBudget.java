package io.sightline.embedder.lanes;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Encoded bytes that all tasks of all lanes of a process may have in flight together. It never makes anyone wait: a task
 * that finds it spent finishes what it has itself in flight first, and one that has nothing in flight may always take one
 * record, so that tasks on one thread cannot block each other. The bound is exceeded by one record a task at the most.
 * For a lane that back-fills it is spent at half: whatever is in the stream, the active lane finds room. Thread-safe.
 */
final class InFlightBudget {

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    InFlightBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Whether there is nothing left for a lane that back-fills, or for one that does not. */
    boolean isSpent(boolean backfilling) {
        return bytes.get() >= (backfilling ? maxBytes / 2 : maxBytes);
    }

    /** Takes bytes, or gives them back: then they are negative. */
    void take(long some) {
        bytes.addAndGet(some);
    }

    /** In flight now. */
    long bytes() {
        return bytes.get();
    }
}
