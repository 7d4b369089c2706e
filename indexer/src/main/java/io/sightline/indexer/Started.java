package io.sightline.indexer;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a service has started so far, to be closed again, the last one first, if the next one does not start. Not thread-safe.
 */
final class Started {

    private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();

    /** Notes what was started just now. */
    <T extends AutoCloseable> T add(T one) {
        newestFirst.push(one);
        return one;
    }

    /**
     * Closes all. One that does not close keeps none of the others open.
     *
     * @param failure why, to be thrown by the caller; is told of what did not close
     */
    void undo(Throwable failure) {
        while (!newestFirst.isEmpty()) {
            try {
                newestFirst.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }
}
