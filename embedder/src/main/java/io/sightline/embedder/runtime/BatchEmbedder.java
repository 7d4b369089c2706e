package io.sightline.embedder.runtime;

import java.util.List;

/** Embeds batches in the space of one version. Thread-safe. */
public interface BatchEmbedder {

    /** The version whose space it is. */
    String version();

    /**
     * Embeds preprocessed images.
     *
     * @param pixels N images, each [size, size, channels] uint8 row-major
     * @return [N, d] float32, unit rows, in the order of the input
     * @throws NoUnitVectorException if it gave one of the images no unit vector
     * @throws InferenceException if the network failed on this batch
     */
    float[][] embed(List<byte[]> pixels);
}
