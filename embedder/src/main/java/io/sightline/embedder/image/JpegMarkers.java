package io.sightline.embedder.image;

import io.sightline.schemas.avro.DeadLetterReason;

/**
 * The markers of a JPEG (ITU T.81, B.1.1), found where a decoder finds them: what is read here is what will be decoded.
 * Linear in the content, allocates nothing by its claims.
 */
final class JpegMarkers {

    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;

    private JpegMarkers() {}

    /**
     * Reads the frame header (SOFn). Between it and the start there may be tables, application data and comments; a
     * decoder looks for the frame in anything else byte by byte, so that it might find another one than we do.
     *
     * @throws RejectedImageException with reason MALFORMED if there is none, or something else before it
     */
    static ImageHeader header(byte[] content) throws RejectedImageException {
        int position = 2;
        while (position + 4 <= content.length) {
            if (byteAt(content, position) != 0xff) {
                throw malformed("the JPEG has no marker at byte " + position);
            }
            int marker = byteAt(content, position + 1);
            if (marker == 0xff) {
                position++;
            } else if (standsAlone(marker)) {
                position += 2;
            } else if (isFrame(marker)) {
                if (position + 9 > content.length) {
                    break;
                }
                return new ImageHeader(ImageFormat.JPEG, int16(content, position + 7), int16(content, position + 5));
            } else if (marker == END_OF_IMAGE || marker == START_OF_SCAN) {
                throw malformed("the JPEG has no frame header before its scan");
            } else if (hasPayload(marker)) {
                position += 2 + payloadLength(content, position + 2);
            } else {
                throw malformed("the JPEG has marker 0x" + Integer.toHexString(0xff00 | marker) + " at byte " + position
                        + "; only tables, application data and comments can come before its frame header");
            }
        }
        throw malformed("the JPEG ends within its header, after " + content.length + " bytes");
    }

    /** How many scans a decoder meets at most. It goes over all pixels for each, however short the scan itself is. */
    static int scans(byte[] content) {
        int scans = 0;
        int position = 2;
        while (position + 4 <= content.length) {
            int marker = byteAt(content, position) == 0xff ? byteAt(content, position + 1) : 0xff;
            if (marker == END_OF_IMAGE) {
                return scans;
            } else if (marker == START_OF_SCAN) {
                scans++;
                position += 2;
            } else if (isFrame(marker) || hasPayload(marker)) {
                position += 2 + payloadLength(content, position + 2);
            } else {
                position++;
            }
        }
        return scans;
    }

    /** Markers without a length: TEM, RSTn and SOI. */
    private static boolean standsAlone(int marker) {
        return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    }

    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** DHT, DAC, DQT, DNL, DRI, APPn and COM. */
    private static boolean hasPayload(int marker) {
        return marker == 0xc4
                || marker == 0xcc
                || (marker >= 0xdb && marker <= 0xdd)
                || (marker >= 0xe0 && marker <= 0xef)
                || marker == 0xfe;
    }

    private static int payloadLength(byte[] content, int lengthField) {
        return Math.max(2, int16(content, lengthField));
    }

    private static int byteAt(byte[] content, int position) {
        return content[position] & 0xff;
    }

    private static int int16(byte[] content, int position) {
        return byteAt(content, position) << 8 | byteAt(content, position + 1);
    }

    private static RejectedImageException malformed(String message) {
        return new RejectedImageException(DeadLetterReason.MALFORMED, message);
    }
}
