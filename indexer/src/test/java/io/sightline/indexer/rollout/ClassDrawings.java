package io.sightline.indexer.rollout;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;

/** Drawings of {@value #CLASSES} classes: the left half is that of the class, the right half each one's own, and paler. */
final class ClassDrawings {

    static final int CLASSES = 30;

    private static final int SIZE = 28;
    private static final int OWN_CONTRAST = 80;

    private ClassDrawings() {}

    /** Drawing n as a PNG; n and n + {@value #CLASSES} are of one class. */
    static byte[] png(int number) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
        Random ofClass = new Random(number % CLASSES);
        Random own = new Random(1000L + number);
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                int grey = x < SIZE / 2 ? ofClass.nextInt(256) : 128 + own.nextInt(OWN_CONTRAST) - OWN_CONTRAST / 2;
                image.getRaster().setSample(x, y, 0, grey);
            }
        }
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String label(int number) {
        return "class-" + number % CLASSES;
    }

    /** Whether a pixel is in the own half. */
    static boolean isOwn(int pixel) {
        return pixel % SIZE >= SIZE / 2;
    }

    /** Another image of the same class among {@code image-0} to {@code image-299}. */
    static String next(String id) {
        int number = Integer.parseInt(id.substring("image-".length()));
        return "image-" + (number + CLASSES) % (10 * CLASSES);
    }
}
