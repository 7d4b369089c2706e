package io.sightline.embedder.payload;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where a payload lies cannot be reached at the moment: a volume is not mounted, a bucket or a host does not answer.
 * It says nothing against the image. Try again later, with backoff. Never make a dead letter of it while it is our own
 * store that is away; only a stranger's host is given up, by {@link PayloadReader}, after a limited time.
 */
public final class PayloadUnavailableException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Names the place and what was wrong with it. */
    public PayloadUnavailableException(String message) {
        this(message, null);
    }

    /** Names the place and what was wrong with it. */
    public PayloadUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
