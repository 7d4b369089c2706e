package io.sightline.deploy.attacks;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Few bytes that would become many. */
final class Bombs {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
    private static final int MEGABYTE = 1 << 20;

    private Bombs() {}

    /** A PNG of less than a hundred bytes that says that it has so many pixels. */
    static byte[] png(int width, int height) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(SIGNATURE);
        png.writeBytes(header(width, height));
        png.writeBytes(chunk("IDAT", deflated(1)));
        png.writeBytes(chunk("IEND", new byte[0]));
        return png.toByteArray();
    }

    /** A small PNG with so many compressed texts of a megabyte each. */
    static byte[] pngWithTexts(int texts) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(SIGNATURE);
        png.writeBytes(header(10, 10));
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes("a\0\0".getBytes(StandardCharsets.ISO_8859_1));
        text.writeBytes(deflated(MEGABYTE));
        byte[] one = chunk("zTXt", text.toByteArray());
        for (int i = 0; i < texts; i++) {
            png.writeBytes(one);
        }
        png.writeBytes(chunk("IDAT", deflated(310)));
        png.writeBytes(chunk("IEND", new byte[0]));
        return png.toByteArray();
    }

    static byte[] gzip(int bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] header(int width, int height) {
        byte[] rest = {8, 2, 0, 0, 0};
        return chunk(
                "IHDR",
                ByteBuffer.allocate(13).putInt(width).putInt(height).put(rest).array());
    }

    private static byte[] deflated(int bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
            deflater.write(new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(data);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(data.length);
            out.write(name);
            out.write(data);
            out.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
