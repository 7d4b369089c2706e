package io.sightline.indexer.store;

import org.jspecify.annotations.Nullable;

/** What lies where a store should be is damaged, or is the store of something else. It must be built anew. */
public final class StoreDamagedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Names the store and what is wrong with it. */
    public StoreDamagedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
