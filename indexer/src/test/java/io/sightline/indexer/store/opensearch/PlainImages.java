package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import java.time.Instant;
import java.util.Map;

/** Images of which only id and revision matter. */
final class PlainImages {

    private PlainImages() {}

    /** An image of version v1, of four dimensions. */
    static EmbeddedImage image(String id, long offset) {
        return new EmbeddedImage(
                new StoredImage(
                        id,
                        "v1",
                        null,
                        Map.of(),
                        "00ff",
                        "image/png",
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        new StoredImage.Origin("sightline.images", 0, offset),
                        new Revision(0, offset, 0)),
                new float[] {1, 0, 0, 0});
    }
}
