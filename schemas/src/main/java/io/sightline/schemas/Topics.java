package io.sightline.schemas;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * All topics of Sightline, in one place. Immutable.
 *
 * <p>Images, labels and every embeddings topic share one number of partitions and one partitioner, so that an image
 * id stays on one partition all the way from the gateway to the index.
 *
 * @param partitions partitions of images, labels and embeddings
 * @param replicationFactor copies of every topic, or -1 for the broker's default
 */
public record Topics(int partitions, short replicationFactor) {

    /** Image events. Compacted, key = image id. */
    public static final String IMAGES = "sightline.images";

    /** Label events. Compacted, key = image id. */
    public static final String LABELS = "sightline.labels";

    /**
     * Transitions of model versions. Key = version, one partition: its order decides. All of them are kept: which ones
     * had an effect follows from those before, and compaction would keep the last of a version, whether it had or not.
     */
    public static final String MODELS = "sightline.models";

    /** Records that could not be used. */
    public static final String DEAD_LETTERS = "sightline.dead-letters";

    /**
     * Erasures of deleted images and where they are done. Compacted, and forgotten after {@link #ERASURE_RETENTION}; one
     * partition, so that an erasure comes before what is done about it.
     */
    public static final String ERASURES = "sightline.erasures";

    /** How long it can be asked what became of an erasure. */
    public static final Duration ERASURE_RETENTION = Duration.ofDays(90);

    private static final String EMBEDDINGS_PREFIX = "sightline.embeddings.";
    private static final String TOMBSTONE_RETENTION_MS = String.valueOf(30L * 24 * 60 * 60 * 1000);
    private static final String COMPACTION_LAG_MS = String.valueOf(24L * 60 * 60 * 1000);
    private static final String DEAD_LETTER_RETENTION_MS = String.valueOf(14L * 24 * 60 * 60 * 1000);

    /** Four partitions and the broker's replication factor. */
    public static Topics defaults() {
        return new Topics(4, (short) -1);
    }

    /** Name of the embeddings topic of a model version. Compacted, key = image id. */
    public static String embeddings(String version) {
        return EMBEDDINGS_PREFIX + version;
    }

    /** The topics that exist from the start. */
    public List<Topic> fixed() {
        return List.of(
                new Topic(IMAGES, partitions, replicationFactor, compacted()),
                new Topic(LABELS, partitions, replicationFactor, compacted()),
                new Topic(MODELS, 1, replicationFactor, kept()),
                new Topic(
                        ERASURES,
                        1,
                        replicationFactor,
                        Map.of(
                                "cleanup.policy",
                                "compact,delete",
                                "retention.ms",
                                String.valueOf(ERASURE_RETENTION.toMillis()))),
                new Topic(
                        DEAD_LETTERS,
                        1,
                        replicationFactor,
                        Map.of(
                                "cleanup.policy",
                                "delete",
                                "retention.ms",
                                DEAD_LETTER_RETENTION_MS,
                                "max.message.bytes",
                                String.valueOf(KafkaConnection.MAX_REQUEST_BYTES))));
    }

    /** The topic that a lane writes. It must have as many partitions as the images topic really has. */
    public Topic embeddingsTopic(String version, int imagePartitions) {
        return new Topic(embeddings(version), imagePartitions, replicationFactor, compacted());
    }

    private static Map<String, String> kept() {
        return Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1");
    }

    private static Map<String, String> compacted() {
        return Map.of(
                "cleanup.policy",
                "compact",
                // A reader that is away for longer may miss a deletion, and must be built again.
                "delete.retention.ms",
                TOMBSTONE_RETENTION_MS,
                // What was deleted leaves the brokers' disks about a day later, if its partition is still written to.
                "max.compaction.lag.ms",
                COMPACTION_LAG_MS,
                "max.message.bytes",
                String.valueOf(KafkaConnection.MAX_REQUEST_BYTES));
    }
}
