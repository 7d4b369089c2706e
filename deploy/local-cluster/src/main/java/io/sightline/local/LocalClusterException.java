package io.sightline.local;

import org.jspecify.annotations.Nullable;

/** The embedded broker or registry could not start, or gave up. */
public final class LocalClusterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what failed and what to do. */
    public LocalClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
