package io.sightline.indexer.store;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a retrieval store knows of an image, its vector aside. Immutable.
 *
 * @param id image id
 * @param version model version whose space the vector lives in
 * @param label class, null if it is not labelled
 * @param tags free key-value pairs
 * @param contentSha256 hash of the encoded image
 * @param contentType its media type
 * @param eventTime time of the image event
 * @param origin coordinates of the image event
 * @param revision what it was made of
 */
public record StoredImage(
        String id,
        String version,
        @Nullable String label,
        Map<String, String> tags,
        String contentSha256,
        String contentType,
        Instant eventTime,
        Origin origin,
        Revision revision) {

    /** Copies the tags. */
    public StoredImage {
        tags = Map.copyOf(tags);
    }

    /** Where the image event lies. */
    public record Origin(String topic, int partition, long offset) {}

    /** The same image with another label. */
    StoredImage withLabel(@Nullable String other, long labelOffset) {
        return new StoredImage(
                id,
                version,
                other,
                tags,
                contentSha256,
                contentType,
                eventTime,
                origin,
                revision.withLabel(labelOffset));
    }
}
