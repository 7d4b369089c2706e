package io.sightline.indexer.store.opensearch;

import java.util.Set;

/** What an HTTP status of a request, or of an item of a bulk request, means for the next attempt. */
enum RetryClass {
    /** It is done. */
    DONE,
    /** What the primary has is as new already; whether enough copies have it too is not said. */
    NO_NEWS,
    /** Too busy, no cluster manager, a copy missing, a node that goes down: it may be taken later. */
    TRANSIENT,
    /** It would be refused again. */
    PERMANENT;

    private static final int CONFLICT = 409;
    private static final int LEAST_ERROR = 400;
    private static final int LEAST_SERVER_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;
    /** Request timeout, too early, too many requests. */
    private static final Set<Integer> BUSY = Set.of(408, 425, 429);

    static RetryClass of(int status) {
        if (status < LEAST_ERROR) {
            return DONE;
        }
        if (status == CONFLICT) {
            return NO_NEWS;
        }
        // A node that is being killed says 500 of what the next one takes.
        boolean server = status >= LEAST_SERVER_ERROR && status != NOT_IMPLEMENTED;
        return server || BUSY.contains(status) ? TRANSIENT : PERMANENT;
    }
}
