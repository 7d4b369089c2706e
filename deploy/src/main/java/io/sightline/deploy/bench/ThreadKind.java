package io.sightline.deploy.bench;

import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * What a thread is for, by its name, of which Linux keeps 15 characters. TensorFlow's own threads have the name of the
 * thread that opened the first session: {@link #NETWORK_THREAD}, if that is where it is done.
 */
enum ThreadKind {
    /** Who asks TensorFlow computes with it. The process' first thread, {@code java}, is the caller without Kafka. */
    NETWORK("network", "tensorflow|java|batcher-.*"),
    DECODING("decoding", "decoder-.*"),
    /** The plain loop, or Kafka Streams; embedding one by one, the network too. */
    RECORDS("records", "bench-loop|sightline-embed.*|bench-one-by-.*"),
    CLIENTS("clients", "kafka-producer.*|kafka-coordin.*|kafka-admin.*|model-catalog|bench-reader"),
    BROKER(
            "broker",
            "data-plane-.*|control-plane.*|kafka-\\d+-.*|raft-.*|quorum-.*|kafka-log-.*|kafka-schedule.*|broker-.*|"
                    + "controller-.*|group-coord.*|executor-.*|transaction-.*|TxnMarker.*|AddPartitions.*|share-.*|"
                    + "metadata-.*|client-metrics.*|purgatory.*|Expiration.*|network-part.*|Sensor.*|metrics-meter.*"),
    JVM("compiler, GC", "C1 Compiler.*|C2 Compiler.*|GC Thread.*|G1 .*|VM .*"),
    /** And threads that have ended, for which their kind has too little. */
    REST("rest", ".*");

    /** Where the first session has to be opened. */
    static final String NETWORK_THREAD = "tensorflow";

    static final String LOOP_THREAD = "bench-loop";
    static final String READER_THREAD = "bench-reader";

    private final String title;
    private final Pattern names;

    ThreadKind(String title, String names) {
        this.title = title;
        this.names = Pattern.compile(names);
    }

    String title() {
        return title;
    }

    static ThreadKind of(String name) {
        return Arrays.stream(values())
                .filter(kind -> kind.names.matcher(name).matches())
                .findFirst()
                .orElse(REST);
    }
}
