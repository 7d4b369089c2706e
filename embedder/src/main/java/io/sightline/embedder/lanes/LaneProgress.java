package io.sightline.embedder.lanes;

import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
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
        TopicAdmin topics = new TopicAdmin(admin);
        try {
            Map<TopicPartition, Long> images = topics.ends(Topics.IMAGES, IsolationLevel.READ_COMMITTED);
            Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(group(version))
                    .partitionsToOffsetAndMetadata()
                    .get();
            Map<TopicPartition, Long> committed = new HashMap<>();
            images.keySet().forEach(partition -> {
                OffsetAndMetadata offset = offsets.get(partition);
                committed.put(partition, offset == null ? 0 : offset.offset());
            });
            Map<TopicPartition, Long> embeddings =
                    topics.ends(Topics.embeddings(version), IsolationLevel.READ_UNCOMMITTED);
            return new LaneProgress(images, committed, embeddings);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the progress of lane " + version + " cannot be read: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading the progress of lane " + version, e);
        }
    }

    /** The consumer group whose offsets are the progress of a version's lane. */
    public static String group(String version) {
        return Lane.applicationId(version);
    }

    /** Share of the images topic's offsets that the lane has committed, 0 to 1; 1 of an empty topic. */
    public double share() {
        long all = images.values().stream().mapToLong(Long::longValue).sum();
        return all == 0 ? 1 : 1 - (double) lag() / all;
    }

    /** Image events that the lane has not committed yet. */
    public long lag() {
        return images.entrySet().stream()
                .mapToLong(entry -> Math.max(0, entry.getValue() - committed.getOrDefault(entry.getKey(), 0L)))
                .sum();
    }
}
