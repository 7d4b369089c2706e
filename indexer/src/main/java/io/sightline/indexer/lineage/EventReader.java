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
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads single committed records by their coordinates, {@value #CONSUMERS} at a time; whoever comes then waits. Its
 * consumers fetch no more than the batch that a record is in. Thread-safe.
 *
 * <p>On failure: a caller is told to try again later when its record has not come within a time that is by default
 * {@value #PATIENCE_SECONDS} s, from its call to the end, its turn included; the consumer is thrown away. Brokers that
 * are asked for the first time, or are slow, need some of it. Most takes a partition whose leader was killed: the others
 * notice after 9 s (Kafka's {@code broker.session.timeout.ms}) and elect another one, which the default outlasts. Nobody
 * waits longer: a browser, or a proxy in between, would have given up.
 */
public final class EventReader implements AutoCloseable {

    static final int CONSUMERS = 2;
    static final int PATIENCE_SECONDS = 15;

    private static final String AGAIN = "try again in a few seconds, or see whether all brokers are up";
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConnection connection;
    private final Duration patience;
    private final Semaphore turns = new Semaphore(CONSUMERS, true);
    private final ConcurrentLinkedQueue<KafkaConsumer<byte[], byte[]>> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** Connects when the first record is asked for. */
    public EventReader(KafkaConnection connection) {
        this(connection, Duration.ofSeconds(PATIENCE_SECONDS));
    }

    /** With another time after which a caller is told to try again. */
    public EventReader(KafkaConnection connection, Duration patience) {
        this.connection = connection;
        this.patience = patience;
    }

    /**
     * The record at the given coordinates; empty if it is not there any more, or never was.
     *
     * @throws EventUnavailableException if that cannot be told now
     */
    public Optional<ConsumerRecord<byte[], byte[]>> read(Origin coordinates) throws EventUnavailableException {
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            if (!turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw unavailable(
                        coordinates,
                        CONSUMERS + " others were being read for " + seconds() + ", so that its turn did not come; "
                                + AGAIN,
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(coordinates, "interrupted; " + AGAIN, e);
        }
        try {
            return readInTurn(coordinates, deadline);
        } finally {
            turns.release();
        }
    }

    private Optional<ConsumerRecord<byte[], byte[]>> readInTurn(Origin coordinates, long deadline)
            throws EventUnavailableException {
        KafkaConsumer<byte[], byte[]> consumer = consumer(coordinates);
        try {
            Optional<ConsumerRecord<byte[], byte[]>> record = read(consumer, coordinates, deadline);
            idle.add(consumer);
            if (closed) {
                closeIdle();
            }
            return record;
        } catch (KafkaException e) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            throw unavailable(coordinates, why(e), e);
        } catch (EventUnavailableException | RuntimeException | Error e) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            throw e;
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer(Origin coordinates) throws EventUnavailableException {
        KafkaConsumer<byte[], byte[]> free = idle.poll();
        if (free != null) {
            return free;
        }
        try {
            return open();
        } catch (KafkaException e) {
            // For instance no address of the brokers is known just now.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw unavailable(coordinates, "no client can be made: " + cause + "; check the bootstrap servers", e);
        }
    }

    private String why(KafkaException failure) {
        if (failure instanceof TimeoutException) {
            return "the brokers did not answer within " + seconds() + ": " + failure.getMessage() + "; " + AGAIN;
        }
        return failure instanceof AuthenticationException || failure instanceof AuthorizationException
                ? failure + "; give the user of this process the right to read the topic"
                : failure + "; " + AGAIN;
    }

    private String seconds() {
        return patience.toMillis() / 1000.0 + " s";
    }

    /** What is left, at least so much that what is known already is found. */
    private static Duration left(long deadline) {
        long nanos = deadline - System.nanoTime();
        return nanos > POLL.toNanos() ? Duration.ofNanos(nanos) : POLL;
    }

    private Optional<ConsumerRecord<byte[], byte[]>> read(
            KafkaConsumer<byte[], byte[]> consumer, Origin coordinates, long deadline)
            throws EventUnavailableException {
        TopicPartition partition = new TopicPartition(coordinates.topic(), coordinates.partition());
        consumer.assign(List.of(partition));
        Map<TopicPartition, Long> ends = consumer.endOffsets(List.of(partition), left(deadline));
        if (ends.getOrDefault(partition, 0L) <= coordinates.offset()) {
            return Optional.empty();
        }
        consumer.seek(partition, coordinates.offset());
        try {
            while (consumer.position(partition, left(deadline)) <= coordinates.offset()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    // The first that there is: if it lies behind, the one asked for was compacted away.
                    return record.offset() == coordinates.offset() ? Optional.of(record) : Optional.empty();
                }
                if (System.nanoTime() > deadline) {
                    throw unavailable(coordinates, "the brokers sent nothing for " + seconds() + "; " + AGAIN, null);
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
                        + " cannot be read now: " + why,
                cause);
    }
}
