package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.StoreUnavailableException;

/** An index that was there is not any more. It stays so until it is built anew. */
public final class IndexGoneException extends StoreUnavailableException {

    private static final long serialVersionUID = 1L;

    /** Names the request and what brings the index back. */
    public IndexGoneException(String message) {
        super(message, null);
    }
}
