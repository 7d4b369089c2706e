package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.StoreException;

/** The cluster refuses one document of a bulk request, and would refuse it again. The others of the request are taken. */
public final class DocumentRefusedException extends StoreException {

    private static final long serialVersionUID = 1L;

    private final String id;
    private final int status;
    private final String type;

    /** Names the image, why it was refused and what to do. */
    public DocumentRefusedException(String message, String id, int status, String type) {
        super(message, null);
        this.id = id;
        this.status = status;
        this.type = type;
    }

    /** Id of the image. */
    public String id() {
        return id;
    }

    /** HTTP status of the item, 400 or above. */
    public int status() {
        return status;
    }

    /** OpenSearch's name of the error, empty if it gave none. */
    public String type() {
        return type;
    }
}
