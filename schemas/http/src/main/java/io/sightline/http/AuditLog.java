package io.sightline.http;

import io.github.bucket4j.Bucket;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Who did what, to the logger {@code sightline.audit}: one event each with the keys {@code actor}, {@code address},
 * {@code action}, {@code object}, {@code outcome} and {@code request}. What strangers sent is made printable. Thread-safe.
 */
public final class AuditLog {

    /** Name of the logger. */
    public static final String LOGGER = "sightline.audit";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
    private static final String DONE = "done";
    private static final int REFUSED_AT_ONCE = 100;
    private static final int REFUSED_PER_SECOND = 5;

    private final Bucket refusals = Bucket.builder()
            .addLimit(limit -> limit.capacity(REFUSED_AT_ONCE).refillGreedy(REFUSED_PER_SECOND, Duration.ofSeconds(1)))
            .build();
    private final AtomicLong leftOut = new AtomicLong();

    AuditLog() {}

    /** Does something on behalf of a caller, and says whether it was done. */
    public static <T> T audited(Context context, String action, String object, Supplier<T> work) {
        try {
            T result = work.get();
            record(context, action, object, DONE);
            return result;
        } catch (ApiException e) {
            record(context, action, object, "refused: " + e.type());
            throw e;
        } catch (RuntimeException e) {
            record(context, action, object, "failed");
            throw e;
        }
    }

    /** Says that something was done on behalf of a caller. */
    public static void done(Context context, String action, String object) {
        record(context, action, object, DONE);
    }

    /** Says that a request was refused; of a flood of them only so many, and how many were left out. */
    void refused(Context context, String type) {
        if (!refusals.tryConsume(1)) {
            leftOut.incrementAndGet();
            return;
        }
        long before = leftOut.getAndSet(0);
        String outcome = "refused: " + type + (before == 0 ? "" : " (" + before + " more before are left out)");
        record(context, "access", context.method() + " " + context.path(), outcome);
    }

    private static void record(Context context, String action, String object, String outcome) {
        Caller caller = Caller.of(context);
        String actor = caller.isNamed() ? caller.name() : "anonymous";
        LoggingEventBuilder event = LOG.atInfo()
                .addKeyValue("actor", Printable.of(actor))
                .addKeyValue("address", context.ip())
                .addKeyValue("action", action)
                .addKeyValue("object", Printable.of(object))
                .addKeyValue("outcome", outcome)
                .addKeyValue("request", RequestId.of(context));
        event.log("{} {}", action, outcome);
    }
}
