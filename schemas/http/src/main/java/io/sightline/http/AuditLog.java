package io.sightline.http;

import io.github.bucket4j.Bucket;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.OptionalLong;
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
    private static final String LEFT_OUT = " more before are left out)";

    private final Some refusals = new Some(100, 5);
    /** Apart from the others: who asks for too much asks often, and nobody is to hide behind that. */
    private final Some shed = new Some(10, 1);

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
        refused(context, type, refusals);
    }

    /** Says that a request was refused because its client asks for too much; of them only so many, likewise. */
    void shed(Context context, String type) {
        refused(context, type, shed);
    }

    private static void refused(Context context, String type, Some some) {
        some.next().ifPresent(leftOut -> {
            String outcome = "refused: " + type + (leftOut == 0 ? "" : " (" + leftOut + LEFT_OUT);
            record(context, "access", context.method() + " " + context.path(), outcome);
        });
    }

    /** Some of a flood. */
    private static final class Some {

        private final Bucket bucket;
        private final AtomicLong leftOut = new AtomicLong();

        Some(int atOnce, int perSecond) {
            this.bucket = Bucket.builder()
                    .addLimit(limit -> limit.capacity(atOnce).refillGreedy(perSecond, Duration.ofSeconds(1)))
                    .build();
        }

        /** How many were left out before this one; empty if this one is left out as well. */
        OptionalLong next() {
            if (!bucket.tryConsume(1)) {
                leftOut.incrementAndGet();
                return OptionalLong.empty();
            }
            return OptionalLong.of(leftOut.getAndSet(0));
        }
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
