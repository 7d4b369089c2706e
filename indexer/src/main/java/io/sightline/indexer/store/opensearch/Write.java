package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A document that is to be written. Immutable, but for the bytes.
 *
 * @param imageId of the image
 * @param revision what it is made of
 * @param json the document
 * @param kind what it is
 */
record Write(String imageId, Revision revision, byte[] json, Kind kind) {

    /** What a document is. */
    enum Kind {
        /** An image that can be found. */
        IMAGE,
        /** What is left of one that was deleted. */
        TOMBSTONE,
        /** Whatever the index has already. */
        STORED
    }

    static Write of(EmbeddedImage image, Instant now) {
        return new Write(image.image().id(), image.image().revision(), ImageJson.of(image, now), Kind.IMAGE);
    }

    static Write tombstone(String imageId, Revision revision, Instant now) {
        return new Write(imageId, revision, ImageJson.tombstone(imageId, revision, now), Kind.TOMBSTONE);
    }

    /** What the index has, as it is. */
    static Write stored(JsonNode source) {
        return new Write(
                ImageJson.id(source),
                ImageJson.revision(source),
                source.toString().getBytes(StandardCharsets.UTF_8),
                Kind.STORED);
    }

    /** The same revision of the image, as if it had been deleted. */
    Write asTombstone(Instant now) {
        return tombstone(imageId, revision, now);
    }

    /** External version. */
    long version() {
        return ExternalVersion.of(revision);
    }

    String documentId() {
        return DocumentIds.of(imageId);
    }
}
