package io.sightline.trainer.publish;

import io.sightline.embedder.artifact.ArtifactException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What a network makes of a few random images, before anybody sees it.
 *
 * @param images that were embedded
 * @param largestCosine between two of them
 * @param millis for all of them, the graph built already
 */
public record SelfTest(int images, double largestCosine, double millis) {

    private static final int IMAGES = 8;
    private static final double UNIT = 1e-3;
    private static final double ALIKE = 1 - 1e-6;

    /**
     * Embeds random images.
     *
     * @throws ArtifactException if an embedding is no unit vector, or all images have the same: such a network finds
     *     nothing
     */
    public static SelfTest of(ServingGraph network) {
        Random random = new Random(1);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            byte[] pixels = new byte[network.net().preprocessing().bytes()];
            random.nextBytes(pixels);
            // Of different brightness: noise alone looks the same to a good network.
            for (int k = 0; k < pixels.length; k++) {
                pixels[k] = (byte) ((pixels[k] & 0xff) * (i + 1) / IMAGES);
            }
            images.add(pixels);
        }
        network.embed(images.subList(0, 1));
        long start = System.nanoTime();
        float[][] vectors = network.embed(images);
        double millis = (System.nanoTime() - start) / 1e6;
        double largest = -1;
        double smallest = 1;
        for (int i = 0; i < IMAGES; i++) {
            if (!(Math.abs(dot(vectors[i], vectors[i]) - 1) < UNIT)) {
                throw new ArtifactException(
                        network.net().describe()
                                + " gives vectors that are not of unit length or not finite: look at normalisation and weights");
            }
            for (int j = 0; j < i; j++) {
                double cosine = dot(vectors[i], vectors[j]);
                largest = Math.max(largest, cosine);
                smallest = Math.min(smallest, cosine);
            }
        }
        if (smallest > ALIKE) {
            throw new ArtifactException(network.net().describe()
                    + " gives the same vector for every image: its weights are not those of a trained network");
        }
        return new SelfTest(IMAGES, largest, millis);
    }

    /** For people. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d random images in %.0f ms, unit vectors, the nearest two with cosine %.3f",
                images,
                millis,
                largestCosine);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += (double) a[k] * b[k];
        }
        return sum;
    }
}
