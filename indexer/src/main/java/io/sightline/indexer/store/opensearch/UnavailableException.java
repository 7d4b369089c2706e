package io.sightline.indexer.store.opensearch;

import org.jspecify.annotations.Nullable;

/** One attempt came to nothing, and the next one may not. Never leaves this package. */
final class UnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
