package io.sightline.trainer.training;

import org.jspecify.annotations.Nullable;

/** A checkpoint is damaged or of another network. */
public final class CheckpointException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Says what was wrong and what to do. */
    public CheckpointException(String message) {
        this(message, null);
    }

    /** Says what was wrong and what to do. */
    public CheckpointException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
