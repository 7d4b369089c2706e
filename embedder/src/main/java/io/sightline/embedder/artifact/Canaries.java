package io.sightline.embedder.artifact;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A few images and the vectors that the network gave for them when it was written: whoever loads it must get the same.
 * They travel in the artifact ({@code canaries.bin}, little-endian: count, bytes of an image and d as int32, then for
 * each its pixels and its vector as float32) and are covered by its manifest. Immutable.
 *
 * @param pixels preprocessed images, each [size, size, channels] uint8; treat as immutable
 * @param vectors [N, d], unit rows; treat as immutable
 */
public record Canaries(List<byte[]> pixels, float[][] vectors) {

    static final String FILE = "canaries.bin";

    /** What a component of a vector may differ by. */
    private static final double TOLERANCE = 1e-4;

    private static final int COUNT = 4;
    private static final int HEADER = 3 * Integer.BYTES;

    /** Checks that there is a vector for each image. */
    public Canaries {
        if (pixels.size() != vectors.length || pixels.isEmpty()) {
            throw new IllegalArgumentException(
                    "there must be a vector for each canary, not " + vectors.length + " for " + pixels.size());
        }
        pixels = List.copyOf(pixels);
    }

    /** A network, for as long as it takes to ask it. */
    @FunctionalInterface
    public interface Network {

        /** Embeds preprocessed images, [N, d], unit rows. */
        float[][] embed(List<byte[]> pixels);
    }

    /** Draws noise, always the same, and asks the network: noise excites what a smooth image would leave at rest. */
    static Canaries of(int bytes, Network network) {
        SplittableRandom random = new SplittableRandom(1);
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            byte[] image = new byte[bytes];
            random.nextBytes(image);
            images.add(image);
        }
        return new Canaries(images, network.embed(images));
    }

    /**
     * The canaries of an artifact.
     *
     * @throws ArtifactException if there are none, or they are not of its network's size
     */
    public static Canaries read(ModelArtifact artifact) {
        Path file = artifact.directory().resolve(FILE);
        int bytes = artifact.descriptor().preprocessing().bytes();
        int d = artifact.descriptor().dimensions();
        try {
            ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            int count = buffer.remaining() < HEADER ? 0 : buffer.getInt();
            boolean fits = count > 0
                    && buffer.getInt() == bytes
                    && buffer.getInt() == d
                    && buffer.remaining() == (long) count * (bytes + (long) d * Float.BYTES);
            if (!fits) {
                throw new ArtifactException(file + " does not hold canaries of " + bytes + " bytes with " + d
                        + " dimensions; publish again");
            }
            List<byte[]> pixels = new ArrayList<>(count);
            float[][] vectors = new float[count][d];
            for (float[] vector : vectors) {
                byte[] image = new byte[bytes];
                buffer.get(image);
                pixels.add(image);
                for (int k = 0; k < d; k++) {
                    vector[k] = buffer.getFloat();
                }
            }
            return new Canaries(pixels, vectors);
        } catch (IOException e) {
            throw ArtifactException.unreadable("the canaries in " + file, e);
        }
    }

    byte[] encode() {
        int bytes = pixels.getFirst().length;
        int d = vectors[0].length;
        ByteBuffer buffer = ByteBuffer.allocate(HEADER + pixels.size() * (bytes + d * Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(pixels.size()).putInt(bytes).putInt(d);
        for (int i = 0; i < vectors.length; i++) {
            buffer.put(pixels.get(i));
            for (float x : vectors[i]) {
                buffer.putFloat(x);
            }
        }
        return buffer.array();
    }

    /**
     * Asks a loaded network for the same vectors.
     *
     * @throws ArtifactException naming the first component that differs by more than 1e-4
     */
    public void requireSame(String version, Network network) {
        float[][] actual = network.embed(pixels);
        for (int i = 0; i < vectors.length; i++) {
            for (int k = 0; k < vectors[i].length; k++) {
                // Written so that NaN does not pass.
                if (!(Math.abs(actual[i][k] - vectors[i][k]) <= TOLERANCE)) {
                    throw new ArtifactException("version " + version + " does not give the vectors it was written with:"
                            + " component " + k + " of canary " + i + " is " + actual[i][k] + ", not " + vectors[i][k]
                            + "; it is not used. Look for another build of TensorFlow or a damaged graph");
                }
            }
        }
    }
}
