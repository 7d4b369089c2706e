package io.sightline.embedder.artifact;

import org.jspecify.annotations.Nullable;

/**
 * A model artifact cannot be read now: its store or volume is away, or does not let this process read. Nothing follows
 * from that for the version; try again later.
 */
public final class ArtifactUnavailableException extends ArtifactException {

    private static final long serialVersionUID = 1L;

    /** Names the file, what was in the way and what to look at. */
    public ArtifactUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
