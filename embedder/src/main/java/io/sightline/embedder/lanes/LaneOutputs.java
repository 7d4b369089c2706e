package io.sightline.embedder.lanes;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What a lane writes about an image. */
final class LaneOutputs {

    private static final int STACK_SUMMARY_FRAMES = 5;
    private static final int LARGEST_ORIGINAL = KafkaConnection.MAX_REQUEST_BYTES - 64 * 1024;

    private LaneOutputs() {}

    static Embedding embedding(
            String version, TopicPartition partition, PendingImage pending, Outcome.Embedded embedded) {
        ImageEvent event = Objects.requireNonNull(pending.event);
        return new Embedding(
                Vectors.encode(embedded.vector()),
                version,
                pending.contentSha256,
                event.getContentType(),
                event.getTags(),
                event.getEventTime(),
                new Coordinates(partition.topic(), partition.partition(), pending.offset));
    }

    static DeadLetter deadLetter(
            String version, TopicPartition partition, PendingImage pending, Outcome.Rejected rejected, long now) {
        return new DeadLetter(
                rejected.reason(),
                rejected.detail(),
                pending.record.key(),
                original(pending.record.value()),
                partition.topic(),
                partition.partition(),
                pending.offset,
                version,
                stackSummary(rejected.cause()),
                Instant.ofEpochMilli(now));
    }

    /** The bytes as they were, unless the dead letter would be too large to write: then its coordinates must do. */
    private static @Nullable ByteBuffer original(byte[] value) {
        return value.length > LARGEST_ORIGINAL ? null : ByteBuffer.wrap(value);
    }

    private static String stackSummary(@Nullable Throwable cause) {
        if (cause == null) {
            return "";
        }
        return cause
                + Arrays.stream(cause.getStackTrace())
                        .limit(STACK_SUMMARY_FRAMES)
                        .map(frame -> "\n  at " + frame)
                        .collect(Collectors.joining());
    }
}
