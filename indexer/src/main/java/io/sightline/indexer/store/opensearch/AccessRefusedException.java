package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.StoreUnavailableException;

/**
 * The cluster does not let this process in, or this process does not trust it: user, password, right or certificate. That
 * stays so until somebody changes that: in the cluster, or in the settings of this process.
 */
public final class AccessRefusedException extends StoreUnavailableException {

    private static final long serialVersionUID = 1L;

    /** Names the request, the user and what to give it. */
    public AccessRefusedException(String message) {
        super(message, null);
    }
}
