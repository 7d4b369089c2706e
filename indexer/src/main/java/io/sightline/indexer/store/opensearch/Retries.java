package io.sightline.indexer.store.opensearch;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attempts at one thing, with growing pauses, for as long as it is waited for. For one thread.
 *
 * <p>On failure: {@link ClusterUnavailableException} with the last reason.
 */
final class Retries {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 3_000;

    private final String what;
    private final Duration longest;
    private final long begin = System.nanoTime();
    private long pauseMillis = FIRST_PAUSE_MILLIS;

    Retries(String what, Duration longest) {
        this.what = what;
        this.longest = longest;
    }

    /** Tries until it succeeds. */
    static <T> T of(String what, Duration longest, Supplier<T> attempt) {
        Retries retries = new Retries(what, longest);
        while (true) {
            try {
                return attempt.get();
            } catch (UnavailableException e) {
                retries.pause(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /** Waits before the next attempt, or gives up. */
    void pause(String why, @Nullable Throwable cause) {
        // Not all that wait begin again in the same moment.
        long pause = pauseMillis / 2 + ThreadLocalRandom.current().nextLong(pauseMillis / 2 + 1);
        long left = longest.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        if (pause > left) {
            throw new ClusterUnavailableException(
                    "could not " + what + " within " + longest.toMillis() / 1000.0 + " s: " + why
                            + "; see whether OpenSearch is up and healthy",
                    cause);
        }
        LOG.debug("could not {}, will retry in {} ms: {}", what, pause, why);
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        try {
            TimeUnit.MILLISECONDS.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterUnavailableException("interrupted while it was tried to " + what, e);
        }
    }
}
