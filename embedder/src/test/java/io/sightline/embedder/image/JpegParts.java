package io.sightline.embedder.image;

import static io.sightline.embedder.image.Parts.join;

import java.util.Arrays;

/**
 * Segments from which JPEGs, sound ones and broken ones, are put together by hand (ITU T.81, Annex B). Every block is a
 * zero difference and an end of block, each coded in one bit, so that the sound ones are mid-grey.
 */
final class JpegParts {

    static final byte[] START = {(byte) 0xff, (byte) 0xd8};
    static final byte[] END = {(byte) 0xff, (byte) 0xd9};

    static final int BASELINE = 0xc0;
    static final int PROGRESSIVE = 0xc2;
    static final int ARITHMETIC = 0xc9;

    private static final int DC_TABLE = 0x00;
    private static final int AC_TABLE = 0x10;

    private JpegParts() {}

    /** A sound JPEG of 8-bit samples. */
    static byte[] image(int process, int width, int height, int components) {
        return join(
                START,
                quantisation(),
                frame(process, 8, width, height, components),
                huffman(),
                scan(components, 0, process == PROGRESSIVE ? 0 : 63),
                blocks(components * ((width + 7) / 8) * ((height + 7) / 8)),
                END);
    }

    /** All divisors 1. */
    static byte[] quantisation() {
        byte[] table = new byte[65];
        Arrays.fill(table, 1, table.length, (byte) 1);
        return segment(0xdb, table);
    }

    /** One DC and one AC table, each with one code of one bit: no difference, and end of block. */
    static byte[] huffman() {
        return join(segment(0xc4, codes(DC_TABLE, 1)), segment(0xc4, codes(AC_TABLE, 1)));
    }

    /** A Huffman table of {@code count} codes of one bit; more than one is more than there are. */
    static byte[] codes(int table, int count) {
        byte[] codes = new byte[17 + count];
        codes[0] = (byte) table;
        codes[1] = (byte) count;
        return codes;
    }

    /** The frame header: SOFn for process {@code marker}. */
    static byte[] frame(int marker, int precision, int width, int height, int components) {
        byte[] payload = new byte[6 + 3 * components];
        payload[0] = (byte) precision;
        payload[1] = (byte) (height >> 8);
        payload[2] = (byte) height;
        payload[3] = (byte) (width >> 8);
        payload[4] = (byte) width;
        payload[5] = (byte) components;
        for (int i = 0; i < components; i++) {
            payload[6 + 3 * i] = (byte) (i + 1);
            payload[7 + 3 * i] = 0x11;
        }
        return segment(marker, payload);
    }

    /** The scan header, for the spectral coefficients from first to last. */
    static byte[] scan(int components, int first, int last) {
        byte[] payload = new byte[4 + 2 * components];
        payload[0] = (byte) components;
        for (int i = 0; i < components; i++) {
            payload[1 + 2 * i] = (byte) (i + 1);
        }
        payload[payload.length - 3] = (byte) first;
        payload[payload.length - 2] = (byte) last;
        return segment(0xda, payload);
    }

    /** Entropy-coded data of so many blocks. */
    static byte[] blocks(int count) {
        return new byte[(count + 3) / 4];
    }

    /** A marker, the length, and the payload. */
    static byte[] segment(int marker, byte... payload) {
        return segmentOfLength(marker, payload.length + 2, payload);
    }

    /** A segment whose length field is as given, whatever the payload. */
    static byte[] segmentOfLength(int marker, int length, byte... payload) {
        return join(new byte[] {(byte) 0xff, (byte) marker, (byte) (length >> 8), (byte) length}, payload);
    }
}
