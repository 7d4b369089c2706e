package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import io.sightline.http.Admission;
import io.sightline.http.ApiException;
import io.sightline.http.Scope;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/events}: server-sent events, a thread for each client. A comment every {@value #KEEP_ALIVE_SECONDS} s keeps
 * connections open, and shows which are gone; as often it is asked whether the client's credential still holds. Thread-safe.
 */
final class EventsApi {

    static final int KEEP_ALIVE_SECONDS = 10;

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(KEEP_ALIVE_SECONDS);
    private static final String MEDIA_TYPE = "text/event-stream";

    private final SearchEvents events;
    private final Duration keepAlive;

    EventsApi(SearchEvents events) {
        this(events, KEEP_ALIVE);
    }

    /** With another time between two comments. */
    EventsApi(SearchEvents events, Duration keepAlive) {
        this.events = events;
        this.keepAlive = keepAlive;
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/events", this::follow, Scope.SEARCH);
    }

    private void follow(Context context) {
        String accept = context.header("Accept");
        if (accept == null || !accept.contains(MEDIA_TYPE)) {
            throw new ApiException(406, "not-acceptable", "these are server-sent events: send Accept: " + MEDIA_TYPE);
        }
        EventQueue queue = events.subscribe(names(context.queryParam("events")));
        try {
            new SseHandler(client -> send(queue, client, context)).handle(context);
        } catch (RuntimeException | Error e) {
            events.unsubscribe(queue);
            throw e;
        }
    }

    private static Set<String> names(@Nullable String wanted) {
        Set<String> names = wanted == null ? SearchEvents.NAMES : new HashSet<>(Arrays.asList(wanted.split(",", -1)));
        if (!SearchEvents.NAMES.containsAll(names)) {
            throw new ApiException(
                    400,
                    "unknown-event",
                    "events is to be some of " + new TreeSet<>(SearchEvents.NAMES) + " with commas between, not '"
                            + wanted + "'");
        }
        return names;
    }

    /** Until the client is gone, or may no longer follow, or this process stops. */
    private void send(EventQueue queue, SseClient client, Context context) {
        try {
            long asked = System.nanoTime();
            while (!client.terminated()) {
                if (System.nanoTime() - asked >= keepAlive.toNanos()) {
                    if (!Admission.holds(context)) {
                        return;
                    }
                    asked = System.nanoTime();
                }
                EventQueue.@Nullable Event event = queue.take(keepAlive);
                if (event != null) {
                    client.sendEvent(event.name(), event.data());
                } else if (queue.isClosed()) {
                    return;
                } else {
                    client.sendComment("nothing new");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            events.unsubscribe(queue);
        }
    }
}
