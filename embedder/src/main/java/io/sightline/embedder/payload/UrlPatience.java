package io.sightline.embedder.payload;

import io.sightline.embedder.image.RejectedImageException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * For how long payloads of strangers' hosts are tried for: each payload, and each host that answers nobody, for a limited
 * time, since all that follow in their partitions wait. A time runs from the first try that failed, over all who ask, and
 * through the loss of a partition: a task that is given up while it waits, and taken over by the same process, does not
 * begin anew. What was given up is given up again at once for a minute; so is what else its host has, if nothing came
 * from there meanwhile, so that many payloads of a dead host take no longer than one. Thread-safe.
 */
final class UrlPatience {

    /** Longer than taking a task over needs; shorter than anyone needs to mend a host and send an image again. */
    static final Duration GIVEN_UP = Duration.ofMinutes(1);

    /** Longer than any pause between two tries: the queue, the backoff, and a task that is taken over. */
    static final Duration REMEMBERED = Duration.ofMinutes(5);

    /** Far more than are in flight, and some megabytes at the most. */
    static final int MOST_REMEMBERED = 10_000;

    private final long limitNanos;
    private final LongSupplier nanoTime;
    private final Map<PayloadCache.Key, Tries> payloads = new Eldest<>();
    private final Map<String, Tries> hosts = new Eldest<>();

    /**
     * Nothing was tried yet.
     *
     * @param limit of one payload or host
     * @param nanoTime as of {@link System#nanoTime()}
     */
    UrlPatience(Duration limit, LongSupplier nanoTime) {
        this.limitNanos = limit.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Right before a try.
     *
     * @return when it begins, for {@link #failed}
     * @throws RejectedImageException with reason PAYLOAD_MISSING if the payload or its host was given up less than a minute ago
     */
    synchronized long begin(PayloadReference reference) throws RejectedImageException {
        long now = nanoTime.getAsLong();
        requirePatience(hosts.get(host(reference)), "its host", reference, now);
        requirePatience(payloads.get(PayloadCache.Key.of(reference)), "it", reference, now);
        return now;
    }

    /**
     * After a try that failed.
     *
     * @param begun when it began
     * @throws RejectedImageException with reason PAYLOAD_MISSING if the time of the payload or of its host is over
     */
    synchronized void failed(PayloadReference reference, long begun, PayloadUnavailableException failure)
            throws RejectedImageException {
        long now = nanoTime.getAsLong();
        Tries payload = payloads.merge(PayloadCache.Key.of(reference), new Tries(begun, now, 1), this::andThen);
        Tries host = hosts.merge(host(reference), new Tries(begun, now, 1), this::andThen);
        if (isOver(payload) || isOver(host)) {
            throw givenUp(described(reference, payload) + " in "
                    + Duration.ofNanos(now - payload.first).toMillis() + " ms, at last: " + failure.getMessage()
                    + "; when its host answers, 'sightline dead-letters redrive' tries again, no sooner than a minute"
                    + " from now");
        }
    }

    /** After a try that brought the payload, or an answer that it cannot be had. */
    synchronized void answered(PayloadReference reference) {
        payloads.remove(PayloadCache.Key.of(reference));
        hosts.remove(host(reference));
    }

    private void requirePatience(@Nullable Tries tries, String what, PayloadReference reference, long now)
            throws RejectedImageException {
        if (tries != null && isOver(tries) && now - tries.last <= GIVEN_UP.toNanos()) {
            throw givenUp("the payload " + ReferenceCheck.shown(reference.getUri())
                    + " is not tried for, since " + what + " was given up "
                    + Duration.ofNanos(now - tries.last).toSeconds()
                    + " s ago; when the host answers, 'sightline dead-letters redrive' tries again, a minute after it was"
                    + " given up");
        }
    }

    private static String described(PayloadReference reference, Tries tries) {
        return "the payload " + ReferenceCheck.shown(reference.getUri()) + " was given up after " + tries.count
                + (tries.count == 1 ? " try" : " tries");
    }

    private Tries andThen(Tries before, Tries latest) {
        long forgotten = (isOver(before) ? GIVEN_UP : REMEMBERED).toNanos();
        return latest.first - before.last > forgotten ? latest : new Tries(before.first, latest.last, before.count + 1);
    }

    private boolean isOver(Tries tries) {
        return tries.last - tries.first >= limitNanos;
    }

    private static RejectedImageException givenUp(String message) {
        return new RejectedImageException(DeadLetterReason.PAYLOAD_MISSING, message);
    }

    /** Scheme, host and port, of an address that need not be well-formed. */
    private static String host(PayloadReference reference) {
        String uri = reference.getUri();
        int path = uri.indexOf('/', uri.indexOf("//") + 2);
        return (path < 0 ? uri : uri.substring(0, path)).toLowerCase(Locale.ROOT);
    }

    /** Tries that failed: times in nanoseconds, from the beginning of the first to the end of the last. */
    private record Tries(long first, long last, int count) {}

    private static final class Eldest<K> extends LinkedHashMap<K, Tries> {

        private static final long serialVersionUID = 1L;

        Eldest() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Tries> eldest) {
            return size() > MOST_REMEMBERED;
        }
    }
}
