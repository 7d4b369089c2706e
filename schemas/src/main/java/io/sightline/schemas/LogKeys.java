package io.sightline.schemas;

/**
 * The keys that log lines may carry beside their message, so that one search finds an image, a version or a trace in the
 * logs of every service. Described in {@code deploy/docs/observability.md}; a test holds code and page together.
 */
public final class LogKeys {

    /** Which service says it: ingest, embedder, indexer, trainer. */
    public static final String SERVICE = "service";

    /** Model version, and so lane and index. */
    public static final String VERSION = "version";

    /** Kafka topic of the record that it is about. */
    public static final String TOPIC = "topic";

    /** Its partition. */
    public static final String PARTITION = "partition";

    /** Its offset. */
    public static final String OFFSET = "offset";

    /** Image id. Never its content, tags or label. */
    public static final String IMAGE_ID = "image_id";

    /** W3C trace id, 32 hex digits. */
    public static final String TRACE_ID = "trace_id";

    /** W3C span id, 16 hex digits. */
    public static final String SPAN_ID = "span_id";

    /** Stable word for what went wrong: an error type of the API, or the reason of a dead letter. */
    public static final String REASON = "reason";

    /** What was thrown, in one line. */
    public static final String ERROR = "error";

    /** New state of a model version. */
    public static final String STATUS = "status";

    /** How long something took, or until it is tried again, in milliseconds. */
    public static final String MILLIS = "millis";

    private LogKeys() {}
}
