package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long payloads of strangers' hosts have been tried for: each for a limited time, since all that follow in its
 * partition wait. The time runs from when a payload was first asked for, over all who ask. It is remembered for a minute
 * after the last failure, through the loss of a partition too: a task that is given up while it waits, and taken over by
 * the same process, does not begin anew, and what was given up is given up again at once. Thread-safe.
 */
final class UrlPatience {

    /** Longer than taking a task over needs; shorter than anyone needs to mend a host and send an image again. */
    static final Duration REMEMBERED = Duration.ofMinutes(1);

    /** Far more than are in flight, and some megabytes at the most. */
    static final int MOST_REMEMBERED = 10_000;

    private final long limitNanos;
    private final LongSupplier nanoTime;
    private final Map<PayloadCache.Key, Attempts> attempts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PayloadCache.Key, Attempts> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /**
     * Nothing was tried yet.
     *
     * @param limit of one payload
     * @param nanoTime as of {@link System#nanoTime()}
     */
    UrlPatience(Duration limit, LongSupplier nanoTime) {
        this.limitNanos = limit.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Before a payload is asked for: starts its time, unless it runs already.
     *
     * @throws RejectedImageException with reason PAYLOAD_MISSING if it was given up less than a minute ago
     */
    synchronized void begin(PayloadReference reference) throws RejectedImageException {
        PayloadCache.Key key = PayloadCache.Key.of(reference);
        long now = nanoTime.getAsLong();
        Attempts before = attempts.get(key);
        if (before == null || now - before.last > REMEMBERED.toNanos()) {
            attempts.put(key, new Attempts(now, now, 0, false));
        } else if (before.givenUp) {
            throw givenUp(reference, before, null);
        }
    }

    /**
     * After a try that failed.
     *
     * @throws RejectedImageException with reason PAYLOAD_MISSING if the payload's time is over
     */
    synchronized void failed(PayloadReference reference, PayloadUnavailableException failure)
            throws RejectedImageException {
        PayloadCache.Key key = PayloadCache.Key.of(reference);
        long now = nanoTime.getAsLong();
        Attempts before = attempts.getOrDefault(key, new Attempts(now, now, 0, false));
        boolean over = now - before.first >= limitNanos;
        Attempts after = new Attempts(before.first, now, before.tries + 1, over);
        attempts.put(key, after);
        if (over) {
            throw givenUp(reference, after, failure);
        }
    }

    /** After a try that brought the payload, or an answer that it cannot be had. */
    synchronized void answered(PayloadReference reference) {
        attempts.remove(PayloadCache.Key.of(reference));
    }

    private static RejectedImageException givenUp(
            PayloadReference reference, Attempts attempts, @Nullable PayloadUnavailableException failure) {
        return new RejectedImageException(
                DeadLetterReason.PAYLOAD_MISSING,
                "the payload " + ReferenceCheck.shown(reference.getUri()) + " was given up after " + attempts.tries
                        + (attempts.tries == 1 ? " try in " : " tries in ")
                        + Duration.ofNanos(attempts.last - attempts.first).toMillis() + " ms"
                        + (failure == null ? "" : ", at last: " + failure.getMessage())
                        + "; when its host answers, 'sightline dead-letters redrive' tries again");
    }

    /** Times in nanoseconds; the last one is of a failure, or of the beginning. */
    private record Attempts(long first, long last, int tries, boolean givenUp) {}
}
