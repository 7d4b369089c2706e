package io.sightline.http;

import io.javalin.http.Context;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * So many requests are worked on at a time, and as many streams of events are open. One more is told at once to come
 * back: a queue would make everybody wait for longer than they do. Thread-safe.
 */
final class RequestSlots {

    private static final String SLOT = "sightline.slot";
    private static final String STREAM = "text/event-stream";

    private final Semaphore requests;
    private final Semaphore streams;

    RequestSlots(int mostAtOnce) {
        this.requests = new Semaphore(mostAtOnce);
        this.streams = new Semaphore(mostAtOnce);
    }

    /**
     * Takes a slot until the request is answered.
     *
     * @throws ApiException 429 {@code too-many-requests}, after which the answer has {@code Retry-After}
     */
    void take(Context context) {
        String accept = context.header("Accept");
        boolean stream = context.req().getMethod().equals("GET") && accept != null && accept.contains(STREAM);
        Semaphore free = stream ? streams : requests;
        if (!free.tryAcquire()) {
            context.header("Retry-After", "1");
            throw new ApiException(
                    429,
                    "too-many-requests",
                    "this server works on as many requests as it may; try again after the seconds in Retry-After");
        }
        AtomicBoolean taken = new AtomicBoolean(true);
        Runnable release = () -> {
            if (taken.getAndSet(false)) {
                free.release();
            }
        };
        context.attribute(SLOT, release);
        Request.addCompletionListener(
                ServletContextRequest.getServletContextRequest(context.req()), failure -> release.run());
    }

    /** Gives a slot back before its time: what is left of a refused request is read, and nobody works on it. */
    static void release(Context context) {
        @Nullable Runnable release = context.attribute(SLOT);
        if (release != null) {
            release.run();
        }
    }
}
