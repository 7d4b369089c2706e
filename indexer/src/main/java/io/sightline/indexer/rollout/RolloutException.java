package io.sightline.indexer.rollout;

/** A transition that was asked for is not possible now. */
public final class RolloutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Names the version, its state and what would have to be true. */
    public RolloutException(String message) {
        super(message);
    }
}
