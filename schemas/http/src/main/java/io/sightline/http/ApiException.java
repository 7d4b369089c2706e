package io.sightline.http;

/** A request that cannot be answered, with a status, a type for programs and a message for people. */
public final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;

    /**
     * Says what was wrong.
     *
     * @param status HTTP status, 4xx or 5xx
     * @param type a stable word, for instance {@code unknown-image}
     * @param message what was wrong, with which thing, and what to do next
     */
    public ApiException(int status, String type, String message) {
        super(message);
        this.status = status;
        this.type = type;
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** The stable word. */
    public String type() {
        return type;
    }
}
