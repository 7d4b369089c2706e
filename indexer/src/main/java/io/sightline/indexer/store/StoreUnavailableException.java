package io.sightline.indexer.store;

import org.jspecify.annotations.Nullable;

/**
 * The retrieval store does not answer now. The same may succeed later: by itself, or when somebody has put right what the
 * message says.
 */
public class StoreUnavailableException extends StoreException {

    private static final long serialVersionUID = 1L;

    /** Names the store, what was attempted, and what to look at. */
    public StoreUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
