package io.sightline.embedder.image;

import io.sightline.schemas.avro.DeadLetterReason;

/**
 * What an encoded image says of itself, read without decoding it: linear in the header, no allocation by its claims.
 *
 * @param format by magic bytes
 * @param width pixels, at least 1
 * @param height pixels, at least 1
 */
public record ImageHeader(ImageFormat format, int width, int height) {

    /** Width times height. */
    public long pixels() {
        return (long) width * height;
    }

    /**
     * Parses the header of a JPEG or PNG.
     *
     * @throws RejectedImageException with reason UNSUPPORTED for other content, MALFORMED for a broken header
     */
    public static ImageHeader parse(byte[] content) throws RejectedImageException {
        if (content.length == 0) {
            throw malformed("the image is empty: 0 bytes");
        }
        ImageFormat format = ImageFormat.of(content)
                .orElseThrow(() -> new RejectedImageException(
                        DeadLetterReason.UNSUPPORTED,
                        "the content is neither JPEG nor PNG by its first bytes; send one of these"));
        ImageHeader header = switch (format) {
            case PNG -> PngChunks.header(content);
            case JPEG -> JpegMarkers.header(content);
        };
        if (header.width < 1 || header.height < 1) {
            throw malformed("the header claims " + header.width + " x " + header.height + " pixels");
        }
        return header;
    }

    private static RejectedImageException malformed(String message) {
        return new RejectedImageException(DeadLetterReason.MALFORMED, message);
    }
}
