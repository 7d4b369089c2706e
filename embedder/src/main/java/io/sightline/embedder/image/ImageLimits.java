package io.sightline.embedder.image;

import io.sightline.schemas.avro.DeadLetterReason;

/**
 * What is decoded at all. Checked on the header, before a decoder allocates anything. Immutable.
 *
 * @param maxBytes encoded bytes
 * @param maxPixels width times height
 * @param maxSide pixels along either side
 */
public record ImageLimits(int maxBytes, long maxPixels, int maxSide) {

    /** 8 MiB, 40 megapixels, 16,384 pixels a side. */
    public static final ImageLimits DEFAULT = new ImageLimits(8 * 1024 * 1024, 40_000_000, 16_384);

    /** A progressive JPEG has about ten; encoders that are made for it reach a few dozen. */
    private static final int MAX_SCANS = 100;

    /** A PNG has at most one profile, and seldom more than a few texts. */
    private static final int MAX_INFLATED_BESIDE_PIXELS = 16;

    /**
     * Checks that all are positive.
     *
     * @throws IllegalArgumentException naming the limit
     */
    public ImageLimits {
        requirePositive("maxBytes", maxBytes);
        requirePositive("maxPixels", maxPixels);
        requirePositive("maxSide", maxSide);
    }

    /**
     * Checks an encoded image by its size, its magic bytes, its header, and how often it would make a decoder start
     * over: a few bytes are enough to send it once more through all pixels of a JPEG, or through megabytes of text.
     *
     * @return the header
     * @throws RejectedImageException with reason OVERSIZE, UNSUPPORTED, MALFORMED or TOO_MANY_PIXELS
     */
    public ImageHeader check(byte[] content) throws RejectedImageException {
        if (content.length > maxBytes) {
            throw new RejectedImageException(
                    DeadLetterReason.OVERSIZE,
                    "the image has " + content.length + " bytes; at most " + maxBytes + " are accepted");
        }
        ImageHeader header = ImageHeader.parse(content);
        if (header.width() > maxSide || header.height() > maxSide || header.pixels() > maxPixels) {
            throw new RejectedImageException(
                    DeadLetterReason.TOO_MANY_PIXELS,
                    "the image claims " + header.width() + " x " + header.height() + " pixels; at most " + maxPixels
                            + " in all and " + maxSide + " a side are decoded");
        }
        switch (header.format()) {
            case JPEG -> requireAtMost(MAX_SCANS, JpegMarkers.scans(content), "JPEG", "scans");
            case PNG ->
                requireAtMost(
                        MAX_INFLATED_BESIDE_PIXELS,
                        PngChunks.inflatedBesidePixels(content),
                        "PNG",
                        "colour profiles and texts");
        }
        return header;
    }

    private static void requireAtMost(int most, int found, String image, String what) throws RejectedImageException {
        if (found > most) {
            throw new RejectedImageException(
                    DeadLetterReason.UNSUPPORTED,
                    "the " + image + " has " + found + " " + what + "; at most " + most + " are decoded");
        }
    }

    private static void requirePositive(String limit, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("image limit " + limit + " must be positive, not " + value);
        }
    }
}
