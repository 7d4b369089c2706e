package io.sightline.http;

import io.javalin.http.Context;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * So many requests are worked on at a time, and as many streams of events are open; of one client, only so many of
 * them. One more is told at once to come back: a queue would make everybody wait for longer than they do. Thread-safe.
 */
final class RequestSlots {

    /** Where streams of events are; the router does not mind a slash behind it. */
    private static final Pattern STREAMS = Pattern.compile("/v1/events/*");

    private static final String SLOT = "sightline.slot";

    private final Slots requests;
    private final Slots streams;

    /**
     * All slots are free.
     *
     * @param mostOfOne how many of them one client may hold
     */
    RequestSlots(int mostAtOnce, int mostOfOne) {
        this.requests = new Slots(mostAtOnce, mostOfOne);
        this.streams = new Slots(mostAtOnce, mostOfOne);
    }

    /**
     * Takes a slot until the request is answered, or the slot is released.
     *
     * @param client who holds it
     * @throws ApiException 429 {@code too-many-requests}, after which the answer has {@code Retry-After}
     */
    void take(Context context, String client) {
        Slots slots = STREAMS.matcher(context.path()).matches() ? streams : requests;
        if (!slots.tryTake(client)) {
            throw tooMany(context, "this server works on as many requests as it may, or as it may of one client");
        }
        Slot slot = new Slot(slots, client);
        context.attribute(SLOT, slot);
        Request.addCompletionListener(
                ServletContextRequest.getServletContextRequest(context.req()), failure -> slot.release());
    }

    /** What to answer who is not worked on. */
    static ApiException tooMany(Context context, String why) {
        context.header("Retry-After", "1");
        return new ApiException(429, "too-many-requests", why + "; try again after the seconds in Retry-After");
    }

    /** Gives the slot of a request back, if it has one, before it is answered. */
    static void release(Context context) {
        @Nullable Slot slot = context.attribute(SLOT);
        if (slot != null) {
            slot.release();
        }
    }

    /** One that a request holds. */
    private static final class Slot {

        private final Slots slots;
        private final String client;
        private final AtomicBoolean released = new AtomicBoolean();

        Slot(Slots slots, String client) {
            this.slots = slots;
            this.client = client;
        }

        void release() {
            if (released.compareAndSet(false, true)) {
                slots.giveBack(client);
            }
        }
    }

    /** Those of one kind. */
    private static final class Slots {

        private final Semaphore free;
        private final int mostOfOne;
        private final Map<String, Integer> held = new ConcurrentHashMap<>();

        Slots(int most, int mostOfOne) {
            this.free = new Semaphore(most);
            this.mostOfOne = mostOfOne;
        }

        boolean tryTake(String client) {
            // First its own share: whoever is above it is to take no slot of others, not even for a moment.
            if (held.merge(client, 1, Integer::sum) > mostOfOne || !free.tryAcquire()) {
                holdsOneLess(client);
                return false;
            }
            return true;
        }

        void giveBack(String client) {
            holdsOneLess(client);
            free.release();
        }

        private void holdsOneLess(String client) {
            held.computeIfPresent(client, (name, number) -> number == 1 ? null : number - 1);
        }
    }
}
