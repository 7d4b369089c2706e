package io.sightline.embedder.lanes;

import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a version's lane has come, read from the brokers alone. Immutable.
 *
 * @param images end of each partition of the images topic when this was read
 * @param committed what the lane has committed of each partition, 0 where it has not yet
 * @param embeddings end of each partition of the version's embeddings topic, read <em>after</em> the commits
 *     and with what is not committed yet: all that the commits stand for lies below
 */
public record LaneProgress(
        Map<TopicPartition, Long> images, Map<TopicPartition, Long> committed, Map<TopicPartition, Long> embeddings) {

    /**
     * Asks the brokers.
     *
     * @throws IllegalStateException if they do not answer
     */
    public static LaneProgress read(Admin admin, String version) {
        try {
            Map<TopicPartition, Long> images = ends(admin, Topics.IMAGES, IsolationLevel.READ_COMMITTED);
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(Lane.applicationId(version))
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, Long> committed = new HashMap<>();
            images.keySet().forEach(partition -> {
                OffsetAndMetadata offset = offsets.get(partition);
                committed.put(partition, offset == null ? 0 : offset.offset());
            });
            Map<TopicPartition, Long> embeddings =
                    ends(admin, Topics.embeddings(version), IsolationLevel.READ_UNCOMMITTED);
            return new LaneProgress(images, committed, embeddings);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the progress of lane " + version + " cannot be read: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the progress of lane " + version, e);
        }
    }

    /** Image events that the lane has not committed yet. */
    public long lag() {
        return images.entrySet().stream()
                .mapToLong(entry -> Math.max(0, entry.getValue() - committed.getOrDefault(entry.getKey(), 0L)))
                .sum();
    }

    private static Map<TopicPartition, Long> ends(Admin admin, String topic, IsolationLevel isolation)
            throws ExecutionException, InterruptedException {
        int partitions = new TopicAdmin(admin).partitions(topic).orElse(0);
        Map<TopicPartition, OffsetSpec> request = new HashMap<>();
        for (int i = 0; i < partitions; i++) {
            request.put(new TopicPartition(topic, i), OffsetSpec.latest());
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> offsets = admin.listOffsets(
                        request, new ListOffsetsOptions(isolation))
                .all()
                .get();
        offsets.forEach((partition, info) -> ends.put(partition, info.offset()));
        return ends;
    }
}
