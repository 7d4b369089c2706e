package io.sightline.embedder.artifact;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.sightline.embedder.image.Preprocessing;

/**
 * What a model version is, beside its weights ({@code model.json}). Immutable.
 *
 * @param version its name
 * @param dimensions length d of an embedding
 * @param preprocessing what its input has been through
 * @param network the network in words, for people
 */
public record ModelDescriptor(String version, int dimensions, Preprocessing preprocessing, String network) {

    /** Name of the serving graph's input: uint8 [N, size, size, channels]. */
    public static final String INPUT = "image";

    /** Name of the serving graph's output: float32 [N, d], unit rows. */
    public static final String OUTPUT = "embedding";

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the value
     */
    public ModelDescriptor {
        if (!version.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            throw new IllegalArgumentException(
                    "version '" + version + "' is not lower-case letters, digits and dashes");
        }
        if (dimensions < 2) {
            throw new IllegalArgumentException("an embedding needs at least 2 dimensions, not " + dimensions);
        }
    }

    /** Changes whenever the input of the network would. */
    @JsonIgnore
    public String preprocessingFingerprint() {
        return preprocessing.fingerprint();
    }
}
