package io.sightline.indexer.deadletters;

import io.sightline.schemas.KafkaConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads committed records of some partitions up to given offsets. Not thread-safe. */
final class PartitionReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Duration patience;

    private PartitionReader(Map<String, Object> settings, Patience patience) {
        // A topic that is not there must not come to be by being looked at.
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(patience.call().toMillis()));
        this.patience = patience.silence();
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * How long brokers are waited for.
     *
     * @param call for the answer to a question
     * @param silence while they send no record
     */
    record Patience(Duration call, Duration silence) {

        /** Of a command, or of work that is safe only once all is read. */
        static final Patience LONG = new Patience(Duration.ofSeconds(60), Duration.ofSeconds(60));

        /** Of a request, which others wait behind. */
        static final Patience SHORT = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(10));
    }

    /** A reader of many records in a row. */
    static PartitionReader ofRuns(KafkaConnection connection, Patience patience) {
        return new PartitionReader(connection.assignedConsumer("sightline-dead-letters"), patience);
    }

    /** A reader of single records here and there: it fetches no more than the batch of each. */
    static PartitionReader ofSingles(KafkaConnection connection, Patience patience) {
        Map<String, Object> settings = connection.assignedConsumer("sightline-dead-letters");
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1);
        return new PartitionReader(settings, patience);
    }

    /** All partitions of a topic, none if it does not exist. */
    List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    /** The present ends: what is below is committed. */
    Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        return consumer.endOffsets(partitions);
    }

    /** Makes the next {@link #readTo} begin at the given offsets, or where a partition begins if that is later. */
    void seek(Map<TopicPartition, Long> starts) {
        consumer.assign(starts.keySet());
        starts.forEach(consumer::seek);
    }

    /**
     * Hands on all records below the given offsets, and what comes with them.
     *
     * @throws IllegalStateException if the brokers send nothing for longer than the patience
     */
    void readTo(Map<TopicPartition, Long> ends, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        long patientUntil = System.nanoTime() + patience.toNanos();
        List<TopicPartition> open = unread(ends);
        while (!open.isEmpty()) {
            long before = positions(open);
            consumer.poll(POLL).forEach(each);
            if (positions(open) != before) {
                patientUntil = System.nanoTime() + patience.toNanos();
            } else if (System.nanoTime() > patientUntil) {
                throw stalled(open.getFirst(), ends);
            }
            open = unread(ends);
        }
    }

    /** The committed record at the given coordinates, empty if it is not there any more. */
    Optional<ConsumerRecord<byte[], byte[]>> read(Coordinates coordinates) {
        TopicPartition partition = coordinates.topicPartition();
        if (!partitions(coordinates.topic()).contains(partition)) {
            return Optional.empty();
        }
        seek(Map.of(partition, coordinates.offset()));
        if (ends(List.of(partition)).getOrDefault(partition, 0L) <= coordinates.offset()) {
            return Optional.empty();
        }
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>(1);
        readTo(Map.of(partition, coordinates.offset() + 1), record -> {
            if (record.offset() == coordinates.offset()) {
                found.add(record);
            }
        });
        return found.stream().findFirst();
    }

    /** A key or header as the lanes read it. */
    static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        consumer.close();
    }

    private List<TopicPartition> unread(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .filter(end -> consumer.position(end.getKey()) < end.getValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private long positions(List<TopicPartition> partitions) {
        return partitions.stream().mapToLong(consumer::position).sum();
    }

    private IllegalStateException stalled(TopicPartition partition, Map<TopicPartition, Long> ends) {
        return new IllegalStateException("the brokers sent nothing of " + partition + " from offset "
                + consumer.position(partition) + " to " + ends.get(partition) + " for " + patience.toSeconds()
                + " s: check them, and whether a producer keeps a transaction open there");
    }
}
