package io.sightline.indexer.lineage;

import io.sightline.indexer.store.StoredImage.Origin;
import io.sightline.schemas.KafkaConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads single committed records by their coordinates, {@value #CONSUMERS} at a time; whoever comes then waits. Its
 * consumers fetch no more than the batch that a record is in. Thread-safe.
 *
 * <p>On failure: after {@value #PATIENCE_SECONDS} s without an answer of the brokers the caller is told to try again later,
 * and that consumer is thrown away.
 */
public final class EventReader implements AutoCloseable {

    static final int CONSUMERS = 2;
    static final int PATIENCE_SECONDS = 5;

    private static final Duration PATIENCE = Duration.ofSeconds(PATIENCE_SECONDS);
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConnection connection;
    private final Semaphore turns = new Semaphore(CONSUMERS, true);
    private final ConcurrentLinkedQueue<KafkaConsumer<byte[], byte[]>> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** Connects when the first record is asked for. */
    public EventReader(KafkaConnection connection) {
        this.connection = connection;
    }

    /**
     * The record at the given coordinates; empty if it is not there any more, or never was.
     *
     * @throws EventUnavailableException if that cannot be told now
     */
    public Optional<ConsumerRecord<byte[], byte[]>> read(Origin coordinates) throws EventUnavailableException {
        try {
            if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw unavailable(coordinates, "too many others are being read", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(coordinates, "interrupted", e);
        }
        try {
            return readInTurn(coordinates);
        } finally {
            turns.release();
        }
    }

    private Optional<ConsumerRecord<byte[], byte[]>> readInTurn(Origin coordinates) throws EventUnavailableException {
        KafkaConsumer<byte[], byte[]> free = idle.poll();
        KafkaConsumer<byte[], byte[]> consumer = free == null ? open() : free;
        try {
            Optional<ConsumerRecord<byte[], byte[]>> record = read(consumer, coordinates);
            idle.add(consumer);
            if (closed) {
                closeIdle();
            }
            return record;
        } catch (KafkaException e) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            throw unavailable(coordinates, e.toString(), e);
        } catch (EventUnavailableException | RuntimeException | Error e) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            throw e;
        }
    }

    private static Optional<ConsumerRecord<byte[], byte[]>> read(
            KafkaConsumer<byte[], byte[]> consumer, Origin coordinates) throws EventUnavailableException {
        TopicPartition partition = new TopicPartition(coordinates.topic(), coordinates.partition());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        consumer.assign(List.of(partition));
        if (consumer.endOffsets(List.of(partition), PATIENCE).getOrDefault(partition, 0L) <= coordinates.offset()) {
            return Optional.empty();
        }
        consumer.seek(partition, coordinates.offset());
        try {
            while (consumer.position(partition, PATIENCE) <= coordinates.offset()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    // The first that there is: if it lies behind, the one asked for was compacted away.
                    return record.offset() == coordinates.offset() ? Optional.of(record) : Optional.empty();
                }
                if (System.nanoTime() > deadline) {
                    throw unavailable(coordinates, "the brokers sent nothing for " + PATIENCE_SECONDS + " s", null);
                }
            }
            return Optional.empty();
        } catch (OffsetOutOfRangeException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        closed = true;
        closeIdle();
    }

    private void closeIdle() {
        for (KafkaConsumer<byte[], byte[]> consumer = idle.poll(); consumer != null; consumer = idle.poll()) {
            consumer.close();
        }
    }

    private KafkaConsumer<byte[], byte[]> open() {
        Map<String, Object> settings = connection.assignedConsumer("sightline-lineage");
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        // An offset that is gone must not become another one.
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static EventUnavailableException unavailable(Origin coordinates, String why, @Nullable Throwable cause) {
        return new EventUnavailableException(
                "the event " + coordinates.topic() + "-" + coordinates.partition() + "@" + coordinates.offset()
                        + " cannot be read now: " + why + "; try again in a few seconds",
                cause);
    }
}
