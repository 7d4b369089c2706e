package io.sightline.schemas;

import org.apache.kafka.common.errors.SerializationException;

/** The bytes of a record are not what its topic promises, and never will be. */
public final class UndecodableRecordException extends SerializationException {

    private static final long serialVersionUID = 1L;

    /** Names the expected type and the topic. */
    public UndecodableRecordException(Class<?> type, String topic, Throwable cause) {
        super(
                "not a " + type.getSimpleName() + " in " + topic + ": "
                        + deepest(cause).getMessage(),
                cause);
    }

    private static Throwable deepest(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null || cause.getMessage() == null ? failure : deepest(cause);
    }
}
