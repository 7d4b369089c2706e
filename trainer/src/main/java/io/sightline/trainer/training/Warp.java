package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;

/**
 * A box of an image, stretched to the whole image and changed affinely; bilinear, on uint8 pixels. What comes in from
 * outside of the box repeats its edge. Immutable.
 *
 * <p>Pixel (x, y) of the result, counted from the middle, shows what lies at (xx x + xy y, yx x + yy y) of the box, on
 * the scale of the result.
 *
 * @param shiftX by how many pixels of the result the image moves to the right
 * @param shiftY by how many downwards
 * @param box part of the image
 */
record Warp(double xx, double xy, double yx, double yy, double shiftX, double shiftY, Box box) {

    /**
     * Changes one image.
     *
     * @param pixels [size, size, channels] uint8
     * @param target where the changed image goes
     * @param offset where in the target
     */
    void apply(Preprocessing shape, byte[] pixels, byte[] target, int offset) {
        int size = shape.size();
        int channels = shape.channels();
        int row = size * channels;
        double middle = (size - 1) / 2.0;
        double stretchX = (double) box.width() / size;
        double stretchY = (double) box.height() / size;
        double xByX = stretchX * xx;
        double xByY = stretchX * xy;
        double yByX = stretchY * yx;
        double yByY = stretchY * yy;
        double middleX = box.left() + (box.width() - 1) / 2.0;
        double middleY = box.top() + (box.height() - 1) / 2.0;
        int at = offset;
        for (int y = 0; y < size; y++) {
            double dy = y - middle - shiftY;
            for (int x = 0; x < size; x++) {
                double dx = x - middle - shiftX;
                double sourceX = clamp(xByX * dx + xByY * dy + middleX, box.left(), box.right());
                double sourceY = clamp(yByY * dy + yByX * dx + middleY, box.top(), box.bottom());
                int left = Math.min((int) sourceX, size - 2);
                int top = Math.min((int) sourceY, size - 2);
                double right = sourceX - left;
                double down = sourceY - top;
                int corner = (top * size + left) * channels;
                for (int from = corner; from < corner + channels; from++) {
                    double upper = mix(pixels[from], pixels[from + channels], right);
                    double lower = mix(pixels[from + row], pixels[from + row + channels], right);
                    target[at++] = (byte) Math.round(upper + (lower - upper) * down);
                }
            }
        }
    }

    private static double mix(byte a, byte b, double weight) {
        int first = a & 0xff;
        return first + ((b & 0xff) - first) * weight;
    }

    private static double clamp(double value, int least, int most) {
        return Math.max(least, Math.min(most, value));
    }
}
