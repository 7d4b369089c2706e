package io.sightline.embedder.payload;

import java.time.Duration;

/** Pauses between the tries of one thread: 200 ms, doubling to 10 s. Not thread-safe. */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private Duration next = FIRST;

    /** Blocks for the next pause; false, at once, if the thread is interrupted, which it then still is. */
    boolean pause() {
        try {
            Thread.sleep(next);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return true;
    }
}
