package io.sightline.indexer.store;

/** The retrieval store cannot be read or written. */
public final class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the store and what was attempted. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
