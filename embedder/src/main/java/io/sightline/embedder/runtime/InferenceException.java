package io.sightline.embedder.runtime;

/** The network failed on a batch. */
public class InferenceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Another way to fail. */
    protected InferenceException(String message) {
        super(message);
    }

    /** Names the version and the size of the batch. */
    public InferenceException(String version, int batch, Throwable cause) {
        super("version " + version + " failed on a batch of " + batch + ": " + cause.getMessage(), cause);
    }
}
