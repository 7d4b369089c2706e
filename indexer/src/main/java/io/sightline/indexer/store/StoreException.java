package io.sightline.indexer.store;

import org.jspecify.annotations.Nullable;

/** The retrieval store cannot be read or written. Stores may say more by a kind of their own. */
public class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the store and what was attempted. */
    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
