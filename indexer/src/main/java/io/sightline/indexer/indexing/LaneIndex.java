package io.sightline.indexer.indexing;

import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.LabelEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the embeddings topic of one version, and the labels, into the version's store. One thread; the offsets are
 * part of the store's commit, so a restart resumes exactly where the documents are.
 *
 * <p>Labels are read from the start each time and kept in memory (id and label, some hundred bytes an image): they
 * belong to images, not to versions, and a relabel must not embed anything again.
 *
 * <p>On failure: a record that cannot be decoded, or is of another version, is logged and passed over; a store that
 * fails stops this lane, and {@link #failure()} says why; it is opened again later.
 */
public final class LaneIndex implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneIndex.class);
    private static final Duration POLL = Duration.ofMillis(50);

    private final String version;
    private final int dimensions;
    private final VectorStore store;
    private final Partitions partitions;
    private final IndexingSettings settings;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Deserializer<Embedding> embeddings;
    private final Deserializer<LabelEvent> labelEvents;
    private final Map<String, String> labels = new HashMap<>();
    private final Map<TopicPartition, Long> next = new HashMap<>();
    private final Thread thread;
    private volatile Map<TopicPartition, Long> searchable = Map.of();
    private volatile @Nullable String failure;
    private boolean written;
    private boolean moved;
    private long lastRefresh;
    private long lastCommit;

    /**
     * How many partitions there are to follow: asked of the brokers by whoever opens the index, since a consumer that
     * has just met the topic may know none of them yet.
     */
    record Partitions(int embeddings, int labels) {}

    /** Starts to follow. The store is closed with this. */
    LaneIndex(
            KafkaConnection connection,
            RecordSerdes serdes,
            String version,
            int dimensions,
            VectorStore store,
            Partitions partitions,
            IndexingSettings settings) {
        this.version = version;
        this.partitions = partitions;
        this.dimensions = dimensions;
        this.store = store;
        this.settings = settings;
        this.consumer = new KafkaConsumer<>(
                connection.assignedConsumer("sightline-indexer-" + version),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        this.embeddings = serdes.deserializer(Embedding.class);
        this.labelEvents = serdes.deserializer(LabelEvent.class);
        this.thread = Thread.ofPlatform().name("index-" + version).start(this::run);
    }

    /** The version whose embeddings these are. */
    public String version() {
        return version;
    }

    /** What searches read. */
    public VectorStore store() {
        return store;
    }

    /** Whether everything below the given offsets is searchable. */
    public boolean hasReached(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> reached = searchable;
        return ends.entrySet().stream().allMatch(end -> reached.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    /** Why this lane stopped by itself, or null. */
    public @Nullable String failure() {
        return failure;
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }

    private void run() {
        try (consumer) {
            assign();
            while (true) {
                var records = consumer.poll(POLL);
                Set<String> relabelled = new LinkedHashSet<>();
                // Labels first: an embedding of the same poll is then written with its newest label at once.
                records.partitions().stream()
                        .filter(partition -> partition.topic().equals(Topics.LABELS))
                        .forEach(partition -> records.records(partition).forEach(record -> label(record, relabelled)));
                records.partitions().stream()
                        .filter(partition -> !partition.topic().equals(Topics.LABELS))
                        .forEach(partition ->
                                records.records(partition).forEach(record -> embedding(record, relabelled)));
                relabel(relabelled);
                notePositions();
                settle(System.nanoTime());
            }
        } catch (WakeupException e) {
            // Before the partitions are assigned there are no offsets, and a commit without would forget the old ones.
            if (!next.isEmpty()) {
                store.commit(next);
            }
            LOG.debug("index of {} closed", version);
        } catch (RuntimeException e) {
            failure = String.valueOf(e.getMessage());
            LOG.error("the index of {} stopped: {}; restart the indexer when the cause is mended", version, e, e);
        }
    }

    private void assign() {
        List<TopicPartition> all = new ArrayList<>(partitionsOf(Topics.embeddings(version), partitions.embeddings));
        List<TopicPartition> labelPartitions = partitionsOf(Topics.LABELS, partitions.labels);
        all.addAll(labelPartitions);
        consumer.assign(all);
        Map<TopicPartition, Long> committed = store.committedOffsets();
        all.forEach(partition -> consumer.seek(partition, committed.getOrDefault(partition, 0L)));
        restoreLabels(labelPartitions, committed);
        notePositions();
    }

    /** Everything that the committed documents knew of labels, before anything new is written. */
    private void restoreLabels(List<TopicPartition> labelPartitions, Map<TopicPartition, Long> committed) {
        List<TopicPartition> others = consumer.assignment().stream()
                .filter(partition -> !labelPartitions.contains(partition))
                .toList();
        consumer.pause(others);
        consumer.seekToBeginning(labelPartitions);
        while (labelPartitions.stream()
                .anyMatch(partition -> consumer.position(partition) < committed.getOrDefault(partition, 0L))) {
            consumer.poll(POLL).forEach(record -> label(record, new LinkedHashSet<>()));
        }
        labelPartitions.forEach(partition -> consumer.seek(
                partition, Math.min(consumer.position(partition), committed.getOrDefault(partition, 0L))));
        consumer.resume(others);
    }

    private static List<TopicPartition> partitionsOf(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    private void label(ConsumerRecord<String, byte[]> record, Set<String> relabelled) {
        try {
            if (record.value() == null) {
                labels.remove(record.key());
            } else {
                labels.put(
                        record.key(),
                        labelEvents.deserialize(record.topic(), record.value()).getLabel());
            }
            relabelled.add(record.key());
        } catch (UndecodableRecordException e) {
            passOver(record, String.valueOf(e.getMessage()));
        }
    }

    private void embedding(ConsumerRecord<String, byte[]> record, Set<String> relabelled) {
        String id = record.key();
        if (record.value() == null) {
            store.delete(id);
            written = true;
            return;
        }
        try {
            Embedding embedding = embeddings.deserialize(record.topic(), record.value());
            float[] vector = Vectors.decode(embedding.getVector());
            if (!embedding.getModelVersion().equals(version) || vector.length != dimensions) {
                passOver(
                        record,
                        "it is of version " + embedding.getModelVersion() + " with " + vector.length
                                + " dimensions, not of " + version + " with " + dimensions);
                return;
            }
            store.upsert(image(id, embedding, vector));
            relabelled.remove(id);
            written = true;
        } catch (UndecodableRecordException | IllegalArgumentException e) {
            passOver(record, String.valueOf(e.getMessage()));
        }
    }

    private StoredImage image(String id, Embedding embedding, float[] vector) {
        return new StoredImage(
                id,
                embedding.getModelVersion(),
                vector,
                labels.get(id),
                embedding.getTags(),
                embedding.getContentSha256(),
                embedding.getContentType(),
                embedding.getEventTime(),
                new StoredImage.Origin(
                        embedding.getOrigin().getTopic(),
                        embedding.getOrigin().getPartition(),
                        embedding.getOrigin().getOffset()));
    }

    private void relabel(Set<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        store.refresh();
        ids.forEach(id -> store.relabel(id, labels.get(id)));
        written = true;
    }

    private void notePositions() {
        consumer.assignment().forEach(partition -> {
            long position = consumer.position(partition);
            Long before = next.put(partition, position);
            moved |= before == null || before != position;
        });
    }

    /** Refreshes and commits when it is time. */
    private void settle(long now) {
        if (now - lastRefresh >= settings.refreshInterval().toNanos()) {
            lastRefresh = now;
            if (written) {
                store.refresh();
                written = false;
            }
            searchable = Map.copyOf(next);
        }
        if (moved && now - lastCommit >= settings.commitInterval().toNanos()) {
            lastCommit = now;
            store.commit(next);
            moved = false;
        }
    }

    private void passOver(ConsumerRecord<String, byte[]> record, String why) {
        LOG.error(
                "passed over {}-{}@{} (image {}): {}",
                record.topic(),
                record.partition(),
                record.offset(),
                record.key(),
                why);
    }
}
