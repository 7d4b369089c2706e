package io.sightline.embedder.payload;

import java.net.SocketTimeoutException;
import java.time.Duration;

/** When everything that belongs to one fetch must be over. Immutable. */
final class Deadline {

    private final long end;

    /** Starts now. */
    Deadline(Duration timeout) {
        this.end = System.nanoTime() + timeout.toNanos();
    }

    /**
     * What is left, at least 1 ms, as sockets want it.
     *
     * @throws SocketTimeoutException if nothing is left
     */
    int remainingMillis() throws SocketTimeoutException {
        long left = end - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("the deadline has passed");
        }
        return (int) Math.max(1, Duration.ofNanos(left).toMillis());
    }
}
