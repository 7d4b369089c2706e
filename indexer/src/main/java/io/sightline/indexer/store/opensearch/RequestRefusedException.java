package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.StoreException;

/** The cluster refuses a request, and would refuse it again: someone has to change something. */
public final class RequestRefusedException extends StoreException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;

    /** Names the request, why it was refused and what to do. */
    public RequestRefusedException(String message, int status, String type) {
        super(message, null);
        this.status = status;
        this.type = type;
    }

    /** HTTP status, 400 or above; 0 if the request was not sent. */
    public int status() {
        return status;
    }

    /** OpenSearch's name of the error, empty if it gave none. */
    public String type() {
        return type;
    }
}
