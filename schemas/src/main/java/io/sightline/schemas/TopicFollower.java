package io.sightline.schemas;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a topic of one partition from its beginning, and what comes then, on a thread of its own: for whoever keeps the
 * state that a topic stands for in memory. Thread-safe; close it once.
 *
 * <p>On failure: brokers and a registry that are away are waited for, since without a record the state would be wrong. A
 * record that cannot be decoded, or that the reader refuses with an {@link IllegalArgumentException}, is logged and passed
 * over.
 *
 * @param <T> type of the records
 */
public final class TopicFollower<T> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Between two looks for the end of the topic, and how long one may take. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final TopicPartition partition;
    private final String brokers;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Deserializer<T> deserializer;
    private final Reader<T> reader;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    /** By {@link System#nanoTime}: when the topic was last known to have been read to its end. */
    private volatile long complete = System.nanoTime();

    private volatile long firstEnd;
    private long looked = System.nanoTime();

    /** Prepares it; {@link #open} starts. */
    public TopicFollower(KafkaConnection connection, String topic, Deserializer<T> deserializer, Reader<T> reader) {
        this.partition = new TopicPartition(topic, 0);
        this.brokers = connection.bootstrapServers();
        this.consumer = new KafkaConsumer<>(
                connection.assignedConsumer(topic), new StringDeserializer(), new ByteArrayDeserializer());
        this.deserializer = deserializer;
        this.reader = reader;
        this.thread = Thread.ofPlatform().name("follow-" + topic).unstarted(this::follow);
    }

    /**
     * Takes the records, on the follower's thread.
     *
     * @param <T> type of the records
     */
    public interface Reader<T> {

        /**
         * The next record.
         *
         * @param value null for a tombstone
         */
        void read(@Nullable String key, @Nullable T value, long offset);

        /** For now there are no more. */
        default void paused() {}
    }

    /**
     * Starts, and waits until all that is in the topic now has been read. To be called once. If that fails, this is closed.
     *
     * @return the offset behind that
     * @throws IllegalStateException if it takes longer than the timeout
     */
    public long open(Duration timeout) {
        thread.start();
        try {
            if (caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return firstEnd;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
        throw new IllegalStateException(partition.topic() + " could not be read within " + timeout.toSeconds()
                + " s; check the brokers at " + brokers);
    }

    /**
     * For how long what was read may not have been all: since the topic was last known to have been read to its end, which
     * is looked for every second. It grows while brokers or registry do not answer.
     */
    public Duration staleFor() {
        return Duration.ofNanos(System.nanoTime() - complete);
    }

    /** Whether its thread is there; once that has ended, nothing more is ever read. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void close() {
        closing.countDown();
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try (consumer) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = patiently(() -> consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L));
            while (closing.getCount() > 0) {
                ConsumerRecords<String, byte[]> records = patiently(() -> consumer.poll(POLL));
                if (!records.isEmpty()) {
                    records.forEach(this::read);
                    reader.paused();
                }
                if (caughtUp.getCount() > 0 && patiently(() -> consumer.position(partition)) >= end) {
                    complete = System.nanoTime();
                    firstEnd = end;
                    caughtUp.countDown();
                }
                lookForTheEnd();
            }
        } catch (WakeupException e) {
            LOG.debug("{} is not followed any more", partition.topic());
        } catch (RuntimeException | Error e) {
            LOG.error("{} is not followed any more; start this process again: {}", partition.topic(), e.toString(), e);
            throw e;
        }
    }

    /** A poll gives nothing where there is nothing new, and where no broker answers alike. */
    private void lookForTheEnd() {
        long now = System.nanoTime();
        if (now - looked < LOOK.toNanos()) {
            return;
        }
        looked = now;
        try {
            long end = consumer.endOffsets(List.of(partition), LOOK).getOrDefault(partition, Long.MAX_VALUE);
            if (consumer.position(partition, LOOK) >= end) {
                complete = now;
            }
        } catch (WakeupException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debug("the end of {} cannot be told: {}", partition.topic(), e.toString());
        }
    }

    /** What brokers refuse now they may give later; without the records all else would act on a state of long ago. */
    private <R> R patiently(Supplier<R> request) {
        while (true) {
            try {
                return request.get();
            } catch (WakeupException e) {
                throw e;
            } catch (KafkaException e) {
                LOG.atError()
                        .addKeyValue(LogKeys.TOPIC, partition.topic())
                        .addKeyValue(LogKeys.ERROR, e.toString())
                        .log(
                                "{} cannot be read, will retry in {} s: {}",
                                partition.topic(),
                                RETRY.toSeconds(),
                                e.toString());
                pause();
            }
        }
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        try {
            reader.read(record.key(), decoded(record), record.offset());
        } catch (UndecodableRecordException | IllegalArgumentException e) {
            LOG.atError()
                    .addKeyValue(LogKeys.TOPIC, record.topic())
                    .addKeyValue(LogKeys.PARTITION, record.partition())
                    .addKeyValue(LogKeys.OFFSET, record.offset())
                    .addKeyValue(LogKeys.ERROR, e.toString())
                    .log("passed over a record: {}", e.getMessage());
        }
    }

    private @Nullable T decoded(ConsumerRecord<String, byte[]> record) {
        while (record.value() != null) {
            try {
                return deserializer.deserialize(record.topic(), record.value());
            } catch (RegistryUnavailableException e) {
                LOG.warn("{} waits, will retry in {} s: {}", partition.topic(), RETRY.toSeconds(), e.getMessage());
                pause();
            }
        }
        return null;
    }

    private void pause() {
        try {
            if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new WakeupException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WakeupException();
        }
    }
}
