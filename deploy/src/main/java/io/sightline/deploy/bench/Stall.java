package io.sightline.deploy.bench;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Ends waiting for something that does not move any more: however long all of it may take, some of it is done now and then.
 * Not thread-safe.
 */
final class Stall {

    private final String what;
    private final Duration longest;
    private final LongSupplier nanoTime;
    private long last;
    private long since;

    /**
     * Begins to wait.
     *
     * @param what is waited for
     * @param longest how long it may stand still
     */
    Stall(String what, Duration longest) {
        this(what, longest, System::nanoTime);
    }

    /** With another clock than {@link System#nanoTime}. */
    Stall(String what, Duration longest, LongSupplier nanoTime) {
        this.what = what;
        this.longest = longest;
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /**
     * Notes how far it is.
     *
     * @param state for the message, for instance what the indexer says of itself
     * @throws IllegalStateException if that has not changed for too long
     */
    void note(long progress, String state) {
        long now = nanoTime.getAsLong();
        if (progress != last) {
            last = progress;
            since = now;
        } else if (now - since > longest.toNanos()) {
            throw new IllegalStateException(what + " stands still at " + progress + " for " + longest.toSeconds()
                    + " s; its state is " + state + "; see the log for why");
        }
    }
}
