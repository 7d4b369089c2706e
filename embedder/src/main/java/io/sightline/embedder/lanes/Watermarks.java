package io.sightline.embedder.lanes;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The oldest offset in flight of each partition of a lane, and the rule that makes micro-batching exactly once.
 *
 * <p><b>Why it is right.</b> A task forwards results in the order of its records, and forwarding is the only effect a
 * record has. So the results that a transaction holds are always a prefix of the partition, and the oldest record that
 * has not been forwarded is where the prefix ends. Committing that offset, in the same transaction, is exact: the next
 * owner of the partition infers what was in flight again, and no one has seen its results before.
 *
 * <p><b>What would break it.</b> Any effect of a record before it is forwarded: a state store, a second output written
 * at once, a repartition topic in the same sub-topology; or forwarding out of order. {@code CrashRecoveryIT}
 * kills the process in mid-stream and counts what is missing and what was embedded twice.
 *
 * <p>Thread-safe; each partition is touched by its task's thread only.
 */
final class Watermarks {

    private final Map<TopicPartition, Supplier<OptionalLong>> oldestInFlight = new ConcurrentHashMap<>();

    /** A task took over a partition. The supplier gives its oldest offset in flight, empty if there is none. */
    void register(TopicPartition partition, Supplier<OptionalLong> oldest) {
        oldestInFlight.put(partition, oldest);
    }

    /** A task gave a partition up. A later owner's registration is left alone. */
    void unregister(TopicPartition partition, Supplier<OptionalLong> oldest) {
        oldestInFlight.remove(partition, oldest);
    }

    /** The offsets to commit: what Kafka Streams has consumed, held back to the oldest record in flight. */
    Map<TopicPartition, OffsetAndMetadata> heldBack(Map<TopicPartition, OffsetAndMetadata> consumed) {
        Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>();
        consumed.forEach((partition, offset) -> committable.put(partition, heldBack(partition, offset)));
        return committable;
    }

    /**
     * The last look before a commit.
     *
     * @throws IllegalStateException if an offset lies past a record in flight: that record would be lost in a crash
     */
    void requireBehind(Map<TopicPartition, OffsetAndMetadata> offsets) {
        offsets.forEach((partition, offset) -> {
            Supplier<OptionalLong> supplier = oldestInFlight.get(partition);
            OptionalLong oldest = supplier == null ? OptionalLong.empty() : supplier.get();
            if (oldest.isPresent() && oldest.getAsLong() < offset.offset()) {
                throw new IllegalStateException("offset " + offset.offset() + " of " + partition
                        + " would be committed while record " + oldest.getAsLong() + " is in flight");
            }
        });
    }

    private OffsetAndMetadata heldBack(TopicPartition partition, OffsetAndMetadata consumed) {
        Supplier<OptionalLong> supplier = oldestInFlight.get(partition);
        OptionalLong oldest = supplier == null ? OptionalLong.empty() : supplier.get();
        if (oldest.isEmpty() || oldest.getAsLong() >= consumed.offset()) {
            return consumed;
        }
        return new OffsetAndMetadata(oldest.getAsLong(), consumed.leaderEpoch(), consumed.metadata());
    }
}
