package io.sightline.embedder.image;

import io.sightline.schemas.Sha256;
import java.nio.charset.StandardCharsets;

/**
 * How an image becomes the input of a network: decoded, its centre square scaled to {@code size} x {@code size} with
 * an anti-aliased triangle filter, and for dark-on-light drawings inverted so that paper is 0. Part of a model
 * version: two versions with different preprocessing see different images. Immutable.
 *
 * @param size pixels along either side of the network's input
 * @param channels 1 (grey) or 3 (colour)
 * @param invert whether 255 - x is taken
 */
public record Preprocessing(int size, int channels, boolean invert) {

    /** Colour photographs at 64 x 64. */
    public static final Preprocessing PHOTO = new Preprocessing(64, 3, false);

    /** Dark ink on light paper at 28 x 28. */
    public static final Preprocessing DRAWING = new Preprocessing(28, 1, true);

    private static final int LARGEST_SIZE = 1024;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value and the allowed ones
     */
    public Preprocessing {
        if (size < 8 || size > LARGEST_SIZE) {
            throw new IllegalArgumentException("image size must be 8 to " + LARGEST_SIZE + " pixels, not " + size);
        }
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("channels must be 1 (grey) or 3 (colour), not " + channels);
        }
    }

    /** Bytes of one preprocessed image, [size, size, channels] uint8. */
    public int bytes() {
        return size * size * channels;
    }

    /** Changes whenever the pixels would change: parameters, filter and decoder. */
    public String fingerprint() {
        String canonical = "decoder=tensorflow-2.18 crop=centre-square filter=triangle-antialias size=" + size
                + " channels=" + channels + " invert=" + invert;
        return Sha256.hex(canonical.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
    }
}
