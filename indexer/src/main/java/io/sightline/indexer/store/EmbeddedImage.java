package io.sightline.indexer.store;

import org.jspecify.annotations.Nullable;

/**
 * An image and its vector.
 *
 * @param image all else that is known of it
 * @param vector [d], unit length; treat as immutable
 */
public record EmbeddedImage(StoredImage image, float[] vector) {

    /** The same with another label. */
    public EmbeddedImage withLabel(@Nullable String label, long labelOffset) {
        return new EmbeddedImage(image.withLabel(label, labelOffset), vector);
    }
}
