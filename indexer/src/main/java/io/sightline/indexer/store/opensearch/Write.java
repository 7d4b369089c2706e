package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import java.time.Instant;

/**
 * A document that is to be written. Immutable, but for the bytes.
 *
 * @param imageId of the image
 * @param version external version
 * @param json the document
 */
record Write(String imageId, long version, byte[] json) {

    static Write of(EmbeddedImage image, Instant now) {
        return new Write(image.image().id(), ExternalVersion.of(image.image().revision()), ImageJson.of(image, now));
    }

    static Write tombstone(String imageId, Revision revision, Instant now) {
        return new Write(imageId, ExternalVersion.of(revision), ImageJson.tombstone(imageId, revision, now));
    }

    String documentId() {
        return DocumentIds.of(imageId);
    }
}
