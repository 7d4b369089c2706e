package io.sightline.indexer.search;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one client has not been sent yet, at most {@value #MOST_WAITING} events. Of a client that reads too slowly the oldest
 * events are dropped, and it is told how many before it gets the next. Thread-safe; one takes.
 */
final class EventQueue {

    /** Two refreshes of as much as an index leaves invisible: a burst is no slowness. Clients share the events themselves. */
    static final int MOST_WAITING = 20_000;

    /** Name of the event that says how many were dropped. */
    static final String LAGGED = "lagged";

    private final Set<String> wanted;
    private final Deque<Event> waiting = new ArrayDeque<>();
    /** Not a monitor: on JDK 21 a virtual thread that waits in one keeps a whole processor from the others. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();
    private long dropped;
    private boolean closed;

    /** Takes events of the given names, and no others. */
    EventQueue(Set<String> wanted) {
        this.wanted = Set.copyOf(wanted);
    }

    /**
     * Something that happened.
     *
     * @param name for instance {@code image}
     * @param data becomes JSON
     */
    record Event(String name, Object data) {}

    void offer(Event event) {
        if (!wanted.contains(event.name())) {
            return;
        }
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (waiting.size() == MOST_WAITING) {
                waiting.removeFirst();
                dropped++;
            }
            waiting.addLast(event);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** The oldest event, or that some were dropped before it; null if none came within the time, or if this was closed. */
    @Nullable
    Event take(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (waiting.isEmpty() && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (dropped > 0) {
                Event lagged = new Event(LAGGED, Map.of("dropped", dropped));
                dropped = 0;
                return lagged;
            }
            return waiting.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    /** Takes nothing more; what waits is given out still. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
