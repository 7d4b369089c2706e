package io.sightline.schemas;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What somebody has started and has to close, the last one first, since each may use those before it. One that does not
 * close keeps none of the others open. Not thread-safe.
 */
public final class Started implements AutoCloseable {

    private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();

    /** Takes over what was started just now. */
    public <T extends AutoCloseable> T add(T one) {
        newestFirst.push(one);
        return one;
    }

    /**
     * Closes all, because the next one could not be started.
     *
     * @param failure why, to be thrown by the caller; is told of what did not close
     */
    public void undo(Throwable failure) {
        while (!newestFirst.isEmpty()) {
            try {
                newestFirst.pop().close();
            } catch (Exception | Error e) {
                if (!e.equals(failure)) {
                    failure.addSuppressed(e);
                }
            }
        }
    }

    /**
     * Closes all. Does nothing when called again.
     *
     * @throws IllegalStateException if one did not close, behind all others
     */
    @Override
    public void close() {
        IllegalStateException failure = new IllegalStateException("not all that was started did close");
        undo(failure);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
