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
     * Checks an encoded image by its size, its magic bytes and its header.
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
        return header;
    }

    private static void requirePositive(String limit, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("image limit " + limit + " must be positive, not " + value);
        }
    }
}
