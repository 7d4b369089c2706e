package io.sightline.trainer.training;

import io.sightline.embedder.image.Preprocessing;
import java.util.random.RandomGenerator;

/**
 * Brightness, contrast and saturation, one after the other in this order, each as torchvision defines it: the image is
 * mixed with black, with the mean of its grey, and with its own grey. Of a grey image saturation changes nothing.
 * Immutable.
 *
 * @param brightness 1 leaves the image as it is, 0 makes it black
 * @param contrast 1 leaves the image as it is, 0 makes it the same grey all over
 * @param saturation 1 leaves the image as it is, 0 makes it grey
 */
record ColourJitter(double brightness, double contrast, double saturation) {

    private static final int VALUES = 256;
    private static final double[] GREY = {1};

    /** Of ITU-R BT.601. */
    private static final double[] COLOURS = {0.299, 0.587, 0.114};

    /** Each drawn evenly from 1 - share to 1 + share. */
    static ColourJitter draw(double share, RandomGenerator random) {
        return new ColourJitter(factor(share, random), factor(share, random), factor(share, random));
    }

    private static double factor(double share, RandomGenerator random) {
        return 1 + (2 * random.nextDouble() - 1) * share;
    }

    /**
     * Changes in place.
     *
     * @param pixels holds an image, [size, size, channels] uint8
     * @param offset where in it
     */
    void apply(Preprocessing shape, byte[] pixels, int offset) {
        int end = offset + shape.bytes();
        double[] weights = shape.channels() == 1 ? GREY : COLOURS;
        double[] tones = new double[VALUES];
        for (int value = 0; value < VALUES; value++) {
            tones[value] = bounded(brightness * value);
        }
        double mean = grey(weights, tones, pixels, offset, end) / (shape.size() * shape.size());
        for (int value = 0; value < VALUES; value++) {
            tones[value] = bounded(mean + (tones[value] - mean) * contrast);
        }
        for (int at = offset; at < end; at += weights.length) {
            double grey = grey(weights, tones, pixels, at, at + weights.length);
            for (int c = at; c < at + weights.length; c++) {
                double tone = tones[pixels[c] & 0xff];
                pixels[c] = (byte) Math.round(bounded(grey + (tone - grey) * saturation));
            }
        }
    }

    /** Sum over the grey of some pixels. */
    private static double grey(double[] weights, double[] tones, byte[] pixels, int start, int end) {
        double sum = 0;
        for (int at = start; at < end; at += weights.length) {
            for (int c = 0; c < weights.length; c++) {
                sum += weights[c] * tones[pixels[at + c] & 0xff];
            }
        }
        return sum;
    }

    private static double bounded(double value) {
        return Math.max(0, Math.min(VALUES - 1, value));
    }
}
