package io.sightline.embedder.artifact;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * A model artifact is incomplete, damaged or not what it says. It is not loaded. For good, unless it is an {@link
 * ArtifactUnavailableException}.
 */
public class ArtifactException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the file and what was wrong with it. */
    public ArtifactException(String message) {
        this(message, null);
    }

    /** Names the file and what was wrong with it. */
    public ArtifactException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * What follows from a file that could not be read: one that is not there never will be, all else may be over soon.
     *
     * @param what was to be read
     */
    public static ArtifactException unreadable(String what, IOException cause) {
        return cause instanceof NoSuchFileException
                ? new ArtifactException(what + " is not there: " + cause + "; publish again", cause)
                : new ArtifactUnavailableException(
                        what + " cannot be read now: " + cause + "; check the store and its access", cause);
    }
}
