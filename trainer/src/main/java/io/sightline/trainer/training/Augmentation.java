package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;
import java.util.random.RandomGenerator;

/**
 * Small affine changes of training images: rotation, scale, shift, mirroring; bilinear, on uint8 pixels. What comes
 * in from outside repeats the edge. Immutable.
 *
 * @param degrees largest rotation either way
 * @param scale largest relative change of size either way
 * @param shift largest shift either way, as a share of the side
 * @param mirror whether half of the images are mirrored
 */
public record Augmentation(double degrees, double scale, double shift, boolean mirror) {

    /** For drawings, whose mirror image is another drawing. */
    public static final Augmentation DRAWING = new Augmentation(10, 0.1, 0.07, false);

    /** For photographs. */
    public static final Augmentation PHOTO = new Augmentation(10, 0.15, 0.1, true);

    /**
     * Changes one image.
     *
     * @param pixels [size, size, channels] uint8
     * @param target where the changed image goes
     * @param offset where in the target
     */
    public void apply(Preprocessing shape, byte[] pixels, byte[] target, int offset, RandomGenerator random) {
        int size = shape.size();
        double angle = Math.toRadians(symmetric(random, degrees));
        double factor = 1 + symmetric(random, scale);
        double flip = mirror && random.nextBoolean() ? -1 : 1;
        double shiftX = symmetric(random, shift) * size;
        double shiftY = symmetric(random, shift) * size;
        double middle = (size - 1) / 2.0;
        double cos = Math.cos(angle) / factor;
        double sin = Math.sin(angle) / factor;
        int channels = shape.channels();
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                double dx = x - middle - shiftX;
                double dy = y - middle - shiftY;
                double sourceX = clamp(flip * (cos * dx + sin * dy) + middle, size);
                double sourceY = clamp(cos * dy - sin * dx + middle, size);
                int left = Math.min((int) sourceX, size - 2);
                int top = Math.min((int) sourceY, size - 2);
                double right = sourceX - left;
                double down = sourceY - top;
                int corner = (top * size + left) * channels;
                int row = size * channels;
                for (int c = 0; c < channels; c++) {
                    int at = corner + c;
                    double upper = mix(pixels[at], pixels[at + channels], right);
                    double lower = mix(pixels[at + row], pixels[at + row + channels], right);
                    target[offset + (y * size + x) * channels + c] = (byte) Math.round(upper + (lower - upper) * down);
                }
            }
        }
    }

    private static double mix(byte a, byte b, double weight) {
        int first = a & 0xff;
        return first + ((b & 0xff) - first) * weight;
    }

    private static double symmetric(RandomGenerator random, double largest) {
        return (2 * random.nextDouble() - 1) * largest;
    }

    private static double clamp(double value, int size) {
        return Math.max(0, Math.min(size - 1, value));
    }
}
