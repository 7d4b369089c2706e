package io.sightline.embedder.testing;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** Small images made on the spot: deterministic by seed. */
public final class TestImages {

    private TestImages() {}

    /** A PNG of random rectangles. */
    public static byte[] png(int width, int height, long seed) {
        return encode(draw(width, height, seed), "png");
    }

    /** A JPEG of random rectangles. */
    public static byte[] jpeg(int width, int height, long seed) {
        return encode(draw(width, height, seed), "jpg");
    }

    /** A PNG that is the same grey all over. */
    public static byte[] grey(int width, int height, int value) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(new Color(value, value, value));
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        return encode(image, "png");
    }

    /** A PNG header that claims the given size, followed by nothing that could fill it. */
    public static byte[] pngBomb(int width, int height) {
        byte[] png = png(1, 1, 0);
        putInt(png, 16, width);
        putInt(png, 20, height);
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(png, 12, 17);
        putInt(png, 29, (int) crc.getValue());
        return png;
    }

    private static BufferedImage draw(int width, int height, long seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 6; i++) {
            graphics.setColor(new Color(random.nextInt(0x1000000)));
            graphics.fillRect(random.nextInt(width), random.nextInt(height), 1 + width / 2, 1 + height / 2);
        }
        graphics.dispose();
        return image;
    }

    private static byte[] encode(BufferedImage image, String format) {
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, format, out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void putInt(byte[] bytes, int position, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[position + i] = (byte) (value >>> (24 - 8 * i));
        }
    }
}
