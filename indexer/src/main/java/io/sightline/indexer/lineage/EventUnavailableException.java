package io.sightline.indexer.lineage;

import org.jspecify.annotations.Nullable;

/** An event cannot be read now; it may be there, so try again later. */
public final class EventUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Names the event and what was in the way. */
    public EventUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
