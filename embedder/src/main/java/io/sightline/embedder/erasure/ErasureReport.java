package io.sightline.embedder.erasure;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the erasure of an image is. Immutable.
 *
 * @param id the image
 * @param requestedTime when it was deleted
 * @param partition where in {@code sightline.images} the deletion lies
 * @param offset where in the partition
 * @param state ERASED if all places are
 * @param places every place that may hold images, and those that did and are gone since
 */
public record ErasureReport(
        String id, Instant requestedTime, int partition, long offset, State state, List<Place> places) {

    /** Of an erasure, or of one place. */
    public enum State {
        /** Something may still be there. */
        PENDING,
        /** It was verified that nothing is there. */
        ERASED
    }

    /**
     * One place.
     *
     * @param place kind of store
     * @param holder which one of several
     * @param time when it was verified; null while it is pending
     * @param detail what was seen
     */
    public record Place(
            String place,
            String holder,
            State state,
            @Nullable Instant time,
            String detail) {}
}
