package io.sightline.indexer.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sightline.indexer.store.StoredImage;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code GET /v1/images/{id}}.
 *
 * @param id image id
 * @param version version whose index has it
 * @param label class, null if it is not labelled
 * @param tags its tags
 * @param eventTime time of the image event
 * @param contentType media type of the encoded image
 * @param contentSha256 lower-case hex SHA-256 of the encoded image
 * @param coordinates where the image event lies
 * @param lineage what the events say that it was made of; null if that was not asked for
 */
record ImageAnswer(
        String id,
        String version,
        @Nullable String label,
        Map<String, String> tags,
        Instant eventTime,
        String contentType,
        String contentSha256,
        StoredImage.Origin coordinates,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Lineage lineage) {

    /**
     * What it was made of.
     *
     * @param image the image event
     * @param embedding the embedding that was made of it
     * @param source who sent the image; null if the event cannot be read
     * @param payload {@code inline}, or {@code reference} if the event says where the image lies; null if the event cannot be
     *     read
     * @param preprocessing fingerprint of what was done to the pixels
     * @param decode what the image says of itself; null if it cannot be read
     * @param lacking why something is null; null if nothing is
     */
    record Lineage(
            Event image,
            Event embedding,
            @Nullable String source,
            @Nullable String payload,
            String preprocessing,
            @Nullable Decode decode,
            @Nullable String lacking) {}

    /**
     * An event.
     *
     * @param coordinates where it lies
     * @param schemaId of its Avro schema in the registry; null if the event cannot be read
     */
    record Event(StoredImage.Origin coordinates, @Nullable Integer schemaId) {}

    /**
     * Header of an encoded image.
     *
     * @param format {@code JPEG} or {@code PNG}
     * @param width pixels
     * @param height pixels
     * @param bytes length of the encoded image
     */
    record Decode(String format, int width, int height, int bytes) {}

    static ImageAnswer of(StoredImage image, @Nullable Lineage lineage) {
        return new ImageAnswer(
                image.id(),
                image.version(),
                image.label(),
                image.tags(),
                image.eventTime(),
                image.contentType(),
                image.contentSha256(),
                image.origin(),
                lineage);
    }
}
