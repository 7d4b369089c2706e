package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.StoreUnavailableException;
import org.jspecify.annotations.Nullable;

/** The cluster was not there, or too busy, for longer than it is waited for. The same may succeed later. */
public final class ClusterUnavailableException extends StoreUnavailableException {

    private static final long serialVersionUID = 1L;

    /** Names what was attempted and for how long. */
    public ClusterUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
