package io.sightline.embedder.runtime;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import java.util.List;

/**
 * The network of one version and what its images go through first: from an encoded image to its vector in that version's
 * space. Thread-safe.
 */
public final class VersionNetwork implements AutoCloseable {

    private final EmbeddingModel model;
    private final Preprocessor preprocessor;

    private VersionNetwork(EmbeddingModel model, Preprocessor preprocessor) {
        this.model = model;
        this.preprocessor = preprocessor;
    }

    /**
     * Loads a version.
     *
     * @param limits of the images that are embedded
     * @throws ArtifactException if it cannot be loaded
     */
    public static VersionNetwork load(ModelArtifact artifact, ImageLimits limits) {
        EmbeddingModel model = EmbeddingModel.load(artifact);
        return new VersionNetwork(model, new Preprocessor(model.descriptor().preprocessing(), limits));
    }

    /** The version whose space it is. */
    public String version() {
        return model.version();
    }

    /** What it is. */
    public ModelDescriptor descriptor() {
        return model.descriptor();
    }

    /**
     * What the network sees of an encoded image.
     *
     * @return [size, size, channels] uint8, row-major
     * @throws RejectedImageException if the image is beyond the limits, of another format or damaged
     */
    public byte[] pixels(byte[] image) throws RejectedImageException {
        return preprocessor.pixels(image);
    }

    /**
     * Embeds an encoded image.
     *
     * @return [d], unit length
     * @throws RejectedImageException if the image is beyond the limits, of another format or damaged
     * @throws NoUnitVectorException if there is no unit vector for it
     */
    public float[] embed(byte[] image) throws RejectedImageException {
        return model.embed(pixels(image));
    }

    /**
     * Embeds a batch of what {@link #pixels} gave.
     *
     * @return [N, d], unit rows, in the order of the input
     * @throws NoUnitVectorException if there is no unit vector for one of them
     */
    public float[][] embedPixels(List<byte[]> pixels) {
        return model.embed(pixels);
    }

    /** Waits for those that are embedding. */
    @Override
    public void close() {
        model.close();
        preprocessor.close();
    }
}
