package io.sightline.embedder.image;

import io.sightline.schemas.avro.DeadLetterReason;

/** This image can never be embedded. The reason is the same word in an HTTP answer and in a dead letter. */
public final class RejectedImageException extends Exception {

    private static final long serialVersionUID = 1L;

    private final DeadLetterReason reason;

    /** A typed reason, and in words what was wrong and what would be right. */
    public RejectedImageException(DeadLetterReason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** The typed reason. */
    public DeadLetterReason reason() {
        return reason;
    }
}
