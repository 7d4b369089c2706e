package io.sightline.deploy.bench;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** How far the trainer's join is behind the topics of images and labels. Thread-safe. */
final class ReplayLag implements AutoCloseable {

    /** The application id of {@link io.sightline.trainer.replay.ReplayStream}. */
    private static final String GROUP = "sightline-trainer";

    private static final long TIMEOUT_SECONDS = 30;

    private final Admin admin;
    private final List<TopicPartition> partitions;

    ReplayLag(KafkaConnection connection, Topics topics) {
        this.admin = Admin.create(connection.admin());
        this.partitions = Stream.of(Topics.IMAGES, Topics.LABELS)
                .flatMap(topic ->
                        IntStream.range(0, topics.partitions()).mapToObj(number -> new TopicPartition(topic, number)))
                .toList();
    }

    /**
     * Records that the join has not committed yet.
     *
     * @throws IllegalStateException if the broker does not say
     */
    long records() throws InterruptedException {
        Map<TopicPartition, OffsetSpec> latest =
                partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                answer(admin.listOffsets(latest).all());
        Map<TopicPartition, OffsetAndMetadata> read =
                answer(admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata());
        return partitions.stream()
                .mapToLong(partition -> end(ends, partition) - next(read, partition))
                .sum();
    }

    @Override
    public void close() {
        admin.close();
    }

    private static long end(Map<TopicPartition, ListOffsetsResultInfo> ends, TopicPartition partition) {
        @Nullable ListOffsetsResultInfo end = ends.get(partition);
        if (end == null) {
            throw new IllegalStateException("the broker does not say where " + partition + " ends");
        }
        return end.offset();
    }

    /** Where nothing was committed yet everything is ahead. */
    private static long next(Map<TopicPartition, OffsetAndMetadata> read, TopicPartition partition) {
        @Nullable OffsetAndMetadata next = read.get(partition);
        return next == null ? 0 : next.offset();
    }

    private static <T> T answer(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the broker does not say how far " + GROUP + " has read: " + e, e);
        }
    }
}
