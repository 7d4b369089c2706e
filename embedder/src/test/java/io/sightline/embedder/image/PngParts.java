package io.sightline.embedder.image;

import static io.sightline.embedder.image.Parts.join;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Adler32;
import java.util.zip.CRC32;

/** Chunks from which PNGs, sound ones and broken ones, are put together by hand (PNG specification, 5.3). */
final class PngParts {

    static final byte[] SIGNATURE = Parts.bytes(0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n');
    static final byte[] END = chunk("IEND");

    static final int GREY = 0;
    static final int COLOUR = 2;
    static final int PALETTE = 3;
    static final int COLOUR_AND_ALPHA = 6;

    private static final int TYPE_BYTES = 4;

    private PngParts() {}

    /** A sound black PNG that is not interlaced. */
    static byte[] image(int width, int height, int depth, int colourType) {
        return join(SIGNATURE, header(width, height, depth, colourType), data(width, height, depth, colourType), END);
    }

    /** IHDR. */
    static byte[] header(int width, int height, int depth, int colourType) {
        return header(width, height, depth, colourType, 0);
    }

    /** IHDR; {@code interlacing} is 0 for none and 1 for Adam7. */
    static byte[] header(int width, int height, int depth, int colourType, int interlacing) {
        return chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) depth)
                        .put((byte) colourType)
                        .put((byte) 0)
                        .put((byte) 0)
                        .put((byte) interlacing)
                        .array());
    }

    /** IDAT of rows without a filter, all 0. */
    static byte[] data(int width, int height, int depth, int colourType) {
        int samples = switch (colourType) {
            case COLOUR -> 3;
            case COLOUR_AND_ALPHA -> 4;
            default -> 1;
        };
        return chunk("IDAT", zlib(new byte[height * (1 + (width * samples * depth + 7) / 8)]));
    }

    /** A zlib stream of one stored block, the same with every version of the library. */
    static byte[] zlib(byte[] content) {
        Adler32 checksum = new Adler32();
        checksum.update(content);
        return ByteBuffer.allocate(11 + content.length)
                .put(Parts.bytes(0x78, 0x01, 0x01, content.length, content.length >> 8))
                .put(Parts.bytes(~content.length, ~content.length >> 8))
                .put(content)
                .putInt((int) checksum.getValue())
                .array();
    }

    /** Length, type, payload and checksum. */
    static byte[] chunk(String type, byte... payload) {
        return chunkOfLength(payload.length, type, payload);
    }

    /** A chunk whose length field is as given, whatever the payload. */
    static byte[] chunkOfLength(int length, String type, byte... payload) {
        ByteBuffer chunk = ByteBuffer.allocate(4 + TYPE_BYTES + payload.length + 4)
                .putInt(length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(payload);
        return chunk.putInt(checksum(chunk.array(), 4, TYPE_BYTES + payload.length))
                .array();
    }

    /** The same PNG with right checksums, as far as its chunks go; anything else is given back as it is. */
    static byte[] withRightChecksums(byte[] content) {
        byte[] repaired = content.clone();
        ByteBuffer chunks = ByteBuffer.wrap(repaired);
        int position = SIGNATURE.length;
        while (position + 12 <= repaired.length) {
            int length = chunks.getInt(position);
            if (length < 0 || length > repaired.length - position - 12) {
                break;
            }
            chunks.putInt(position + 8 + length, checksum(repaired, position + 4, TYPE_BYTES + length));
            position += 12 + length;
        }
        return repaired;
    }

    private static int checksum(byte[] content, int from, int length) {
        CRC32 checksum = new CRC32();
        checksum.update(content, from, length);
        return (int) checksum.getValue();
    }
}
