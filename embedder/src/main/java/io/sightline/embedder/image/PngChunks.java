package io.sightline.embedder.image;

import io.sightline.schemas.avro.DeadLetterReason;
import java.nio.ByteBuffer;

/** The chunks of a PNG (PNG specification, 5.3). Linear in their number, allocates nothing by their claims. */
final class PngChunks {

    private static final int HEADER = 0x49484452; // IHDR
    private static final int HEADER_BYTES = 13;
    private static final int END = 0x49454e44; // IEND
    private static final int COLOUR_PROFILE = 0x69434350; // iCCP
    private static final int COMPRESSED_TEXT = 0x7a545874; // zTXt
    private static final int INTERNATIONAL_TEXT = 0x69545874; // iTXt

    private static final int SIGNATURE_BYTES = 8;
    private static final int LENGTH_TYPE_AND_CHECKSUM = 12;

    private PngChunks() {}

    /**
     * Reads IHDR (11.2.2), which comes first and holds width and height as 31-bit big-endian integers.
     *
     * @throws RejectedImageException with reason MALFORMED if it is not there
     */
    static ImageHeader header(byte[] content) throws RejectedImageException {
        ByteBuffer chunks = ByteBuffer.wrap(content);
        if (content.length < SIGNATURE_BYTES + LENGTH_TYPE_AND_CHECKSUM + HEADER_BYTES
                || chunks.getInt(SIGNATURE_BYTES) != HEADER_BYTES
                || chunks.getInt(SIGNATURE_BYTES + 4) != HEADER) {
            throw new RejectedImageException(
                    DeadLetterReason.MALFORMED, "the PNG does not start with a complete IHDR chunk");
        }
        return new ImageHeader(
                ImageFormat.PNG, chunks.getInt(SIGNATURE_BYTES + 8), chunks.getInt(SIGNATURE_BYTES + 12));
    }

    /**
     * How many chunks a decoder inflates beside the pixels: profiles and texts.
     *
     * @throws RejectedImageException with reason MALFORMED if a chunk claims more bytes than there are: decoders
     *     allocate what a text claims, up to 2 GiB, before they look for it
     */
    static int inflatedBesidePixels(byte[] content) throws RejectedImageException {
        ByteBuffer chunks = ByteBuffer.wrap(content);
        int inflated = 0;
        int position = SIGNATURE_BYTES;
        while (position + LENGTH_TYPE_AND_CHECKSUM <= content.length) {
            int type = chunks.getInt(position + 4);
            if (type == END) {
                return inflated;
            }
            if (type == COLOUR_PROFILE || type == COMPRESSED_TEXT || type == INTERNATIONAL_TEXT) {
                inflated++;
            }
            long length = Integer.toUnsignedLong(chunks.getInt(position));
            int following = content.length - position - LENGTH_TYPE_AND_CHECKSUM;
            if (length > following) {
                throw new RejectedImageException(
                        DeadLetterReason.MALFORMED,
                        "the PNG's chunk at byte " + position + " claims " + length + " bytes, of which " + following
                                + " are there");
            }
            position += LENGTH_TYPE_AND_CHECKSUM + (int) length;
        }
        return inflated;
    }
}
