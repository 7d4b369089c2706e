package io.sightline.indexer.search;

import io.sightline.http.ApiException;
import io.sightline.indexer.indexing.SearchableListener;
import io.sightline.indexer.search.EventQueue.Event;
import io.sightline.indexer.store.StoredImage;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients which images became searchable and which version answers. Nobody is waited for, see {@link EventQueue}.
 * Thread-safe.
 *
 * <p>Images are announced by the index of the version that answers. Around a swap one may be announced twice or not at all,
 * so a client that needs all of them asks again after a {@code version} event.
 */
public final class SearchEvents implements SearchableListener, AutoCloseable {

    /** Name of the event that an image became searchable. */
    static final String IMAGE = "image";

    /** Name of the event that a version became active. */
    static final String VERSION = "version";

    static final Set<String> NAMES = Set.of(IMAGE, VERSION);
    /** As many as a server has slots for, of which it gives one client a part. */
    static final int MOST_CLIENTS = 256;

    private final Clock clock;
    private final CopyOnWriteArraySet<EventQueue> clients = new CopyOnWriteArraySet<>();
    private volatile @Nullable Activated active;
    private boolean closed;

    /** Nobody listens yet. */
    public SearchEvents(Clock clock) {
        this.clock = clock;
    }

    /** Data of an {@value #IMAGE} event. */
    record Searchable(
            String id, String version, Instant eventTime, Instant searchableTime, StoredImage.Origin coordinates) {}

    /**
     * Data of a {@value #VERSION} event.
     *
     * @param version that answers from now on
     * @param before the version that did; null if none has since this process started
     * @param time of the swap in this process
     */
    record Activated(String version, @Nullable String before, Instant time) {}

    /**
     * One more client. It is told at once which version answers, if any does.
     *
     * @param names of the events that it wants
     * @throws ApiException 503 {@code too-many-clients}, or {@code stopping}
     */
    synchronized EventQueue subscribe(Set<String> names) {
        if (closed) {
            throw new ApiException(503, "stopping", "this process is about to stop");
        }
        if (clients.size() >= MOST_CLIENTS) {
            throw new ApiException(
                    503, "too-many-clients", MOST_CLIENTS + " clients follow the events already; try again later");
        }
        EventQueue queue = new EventQueue(names);
        Activated now = active;
        if (now != null) {
            queue.offer(new Event(VERSION, now));
        }
        clients.add(queue);
        return queue;
    }

    /** A client is gone. */
    void unsubscribe(EventQueue queue) {
        queue.close();
        clients.remove(queue);
    }

    int clients() {
        return clients.size();
    }

    @Override
    public void searchable(List<StoredImage> images) {
        Activated now = active;
        if (now == null || clients.isEmpty()) {
            return;
        }
        Instant time = clock.instant();
        for (StoredImage image : images) {
            if (image.version().equals(now.version())) {
                publish(new Event(
                        IMAGE, new Searchable(image.id(), image.version(), image.eventTime(), time, image.origin())));
            }
        }
    }

    /** A version answers from now on. Nothing happens if it is the one that did. */
    synchronized void activated(String version) {
        Activated before = active;
        if (before != null && before.version().equals(version)) {
            return;
        }
        Activated now = new Activated(version, before == null ? null : before.version(), clock.instant());
        active = now;
        publish(new Event(VERSION, now));
    }

    private void publish(Event event) {
        clients.forEach(client -> client.offer(event));
    }

    /** Lets all clients go. */
    @Override
    public synchronized void close() {
        closed = true;
        clients.forEach(EventQueue::close);
    }
}
