package io.sightline.indexer.store;

/** A retrieval store was closed, because its version is over or because it is opened anew. */
public final class StoreClosedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the store. */
    public StoreClosedException(String message) {
        super(message);
    }
}
