package io.sightline.indexer.rollout.gates;

import org.jspecify.annotations.Nullable;

/**
 * A search as it was asked: by one of the two.
 *
 * @param id of an indexed image
 * @param image encoded
 */
public record LiveQuery(@Nullable String id, byte @Nullable [] image) {

    /** The id, or that it was an image. */
    @Override
    public String toString() {
        return id == null ? "an image" : id;
    }
}
