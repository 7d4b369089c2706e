package io.sightline.embedder.image;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Bytes put together and taken apart. */
final class Parts {

    private Parts() {}

    /** One after the other. */
    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    /** The same part so many times. */
    static byte[] repeat(int times, byte[] part) {
        byte[][] parts = new byte[times][];
        Arrays.fill(parts, part);
        return join(parts);
    }

    /** Without the last bytes. */
    static byte[] cut(byte[] content, int bytesLess) {
        return Arrays.copyOf(content, content.length - bytesLess);
    }

    /** The first bytes. */
    static byte[] head(byte[] content, int bytes) {
        return Arrays.copyOf(content, bytes);
    }

    /** From a position to the end. */
    static byte[] tail(byte[] content, int from) {
        return Arrays.copyOfRange(content, from, content.length);
    }

    /** With one byte replaced; a negative position counts from the end. */
    static byte[] with(byte[] content, int position, int value) {
        byte[] changed = content.clone();
        changed[position < 0 ? content.length + position : position] = (byte) value;
        return changed;
    }

    /** Of unsigned values. */
    static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
