package io.sightline.embedder.runtime;

/** The network gave an image no unit vector: that image has no place in this space. */
public final class NoUnitVectorException extends InferenceException {

    private static final long serialVersionUID = 1L;

    /** Names the version, the image's place in the batch, and what its vector is. */
    public NoUnitVectorException(String version, int image, double squaredLength) {
        super("version " + version + " gives image " + image + " of the batch a vector of squared length "
                + squaredLength + ", not 1");
    }
}
