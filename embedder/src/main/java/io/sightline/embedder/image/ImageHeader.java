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

    private static final int PNG_IHDR_END = 33;

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
            case PNG -> png(content);
            case JPEG -> jpeg(content);
        };
        if (header.width < 1 || header.height < 1) {
            throw malformed("the header claims " + header.width + " x " + header.height + " pixels");
        }
        return header;
    }

    /** PNG specification, 11.2.2: IHDR comes first and holds width and height as 31-bit big-endian integers. */
    private static ImageHeader png(byte[] content) throws RejectedImageException {
        if (content.length < PNG_IHDR_END || int32(content, 8) != 13 || int32(content, 12) != 0x49484452) {
            throw malformed("the PNG does not start with a complete IHDR chunk");
        }
        return new ImageHeader(ImageFormat.PNG, int32(content, 16), int32(content, 20));
    }

    /** ITU T.81, B.1.1: segments of marker and length follow each other up to the frame header (SOFn). */
    private static ImageHeader jpeg(byte[] content) throws RejectedImageException {
        int position = 2;
        while (position + 4 <= content.length) {
            if (byteAt(content, position) != 0xff) {
                throw malformed("the JPEG has no marker at byte " + position);
            }
            int marker = byteAt(content, position + 1);
            if (marker == 0xff) {
                position++;
            } else if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
                position += 2;
            } else if (isFrame(marker)) {
                if (position + 9 > content.length) {
                    break;
                }
                return new ImageHeader(ImageFormat.JPEG, int16(content, position + 7), int16(content, position + 5));
            } else if (marker == 0xd9 || marker == 0xda) {
                throw malformed("the JPEG has no frame header before its scan");
            } else {
                position += 2 + Math.max(2, int16(content, position + 2));
            }
        }
        throw malformed("the JPEG ends within its header, after " + content.length + " bytes");
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    private static int byteAt(byte[] content, int position) {
        return content[position] & 0xff;
    }

    private static int int16(byte[] content, int position) {
        return byteAt(content, position) << 8 | byteAt(content, position + 1);
    }

    private static int int32(byte[] content, int position) {
        return int16(content, position) << 16 | int16(content, position + 2);
    }

    private static RejectedImageException malformed(String message) {
        return new RejectedImageException(DeadLetterReason.MALFORMED, message);
    }
}
