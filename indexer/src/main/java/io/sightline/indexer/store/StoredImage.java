package io.sightline.indexer.store;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An image in a retrieval store.
 *
 * @param id image id
 * @param version model version whose space the vector lives in
 * @param vector [d], unit length; treat as immutable
 * @param label class, null if it is not labelled
 * @param tags free key-value pairs
 * @param contentSha256 hash of the encoded image
 * @param contentType its media type
 * @param eventTime time of the image event
 * @param origin coordinates of the image event
 */
public record StoredImage(
        String id,
        String version,
        float[] vector,
        @Nullable String label,
        Map<String, String> tags,
        String contentSha256,
        String contentType,
        Instant eventTime,
        Origin origin) {

    /** Where the image event lies. */
    public record Origin(String topic, int partition, long offset) {}

    /** The same image with another label. */
    public StoredImage withLabel(@Nullable String other) {
        return new StoredImage(id, version, vector, other, tags, contentSha256, contentType, eventTime, origin);
    }
}
