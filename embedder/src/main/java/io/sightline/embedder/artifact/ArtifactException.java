package io.sightline.embedder.artifact;

import org.jspecify.annotations.Nullable;

/** A model artifact is missing, damaged or not what it says. It is not loaded. */
public final class ArtifactException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the file and what was wrong with it. */
    public ArtifactException(String message) {
        this(message, null);
    }

    /** Names the file and what was wrong with it. */
    public ArtifactException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
