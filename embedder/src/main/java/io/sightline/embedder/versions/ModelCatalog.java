package io.sightline.embedder.versions;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.ModelEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code sightline.models} and keeps its state in memory. Thread-safe. A record that cannot be decoded is
 * logged and passed over; a broker that is away is waited for by the client.
 */
public final class ModelCatalog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelCatalog.class);
    private static final TopicPartition PARTITION = new TopicPartition(Topics.MODELS, 0);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(1);

    /** Between two looks for the end of the topic, and how long one may take. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final KafkaConsumer<String, byte[]> consumer;
    private final Deserializer<ModelEvent> deserializer;
    private final List<Consumer<ModelVersions>> listeners = new CopyOnWriteArrayList<>();
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private final Object seen = new Object();
    private volatile ModelVersions current = ModelVersions.NONE;
    /** By {@link System#nanoTime}: when the state was last known to be that of the whole topic. */
    private volatile long complete = System.nanoTime();

    private long looked = System.nanoTime();

    private ModelCatalog(KafkaConnection connection, RecordSerdes serdes) {
        this.consumer = new KafkaConsumer<>(
                connection.assignedConsumer("sightline-model-catalog"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        this.deserializer = serdes.deserializer(ModelEvent.class);
        this.thread = Thread.ofPlatform().name("model-catalog").unstarted(this::follow);
    }

    /**
     * Starts to follow and waits until everything that is in the topic now has been read.
     *
     * @throws IllegalStateException if that takes longer than the timeout
     */
    public static ModelCatalog open(KafkaConnection connection, RecordSerdes serdes, Duration timeout) {
        ModelCatalog catalog = new ModelCatalog(connection, serdes);
        catalog.thread.start();
        try {
            if (catalog.caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return catalog;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        catalog.close();
        throw new IllegalStateException(Topics.MODELS + " could not be read within " + timeout.toSeconds()
                + " s; check the brokers at " + connection.bootstrapServers());
    }

    /** The newest state known here. */
    public ModelVersions current() {
        return current;
    }

    /**
     * For how long the state may have been an old one: since it was last known to be that of the whole topic, which is
     * looked for every second. It grows while brokers or registry do not answer.
     */
    public Duration staleFor() {
        return Duration.ofNanos(System.nanoTime() - complete);
    }

    /**
     * Waits until an event has been read.
     *
     * @return the state then, or a later one
     * @throws IllegalStateException if that takes longer than the timeout
     */
    public ModelVersions await(long offset, Duration timeout) {
        long latest = System.nanoTime() + timeout.toNanos();
        synchronized (seen) {
            while (current.lastSeen() < offset) {
                long left = TimeUnit.NANOSECONDS.toMillis(latest - System.nanoTime());
                if (left <= 0) {
                    throw new IllegalStateException("the event at offset " + offset + " of " + Topics.MODELS
                            + " was not read within " + timeout.toSeconds() + " s; check the brokers");
                }
                try {
                    seen.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for " + Topics.MODELS, e);
                }
            }
            return current;
        }
    }

    /** Calls the listener with the present state, and after every change, on the catalog's thread. Keep it short. */
    public void onChange(Consumer<ModelVersions> listener) {
        listeners.add(listener);
        listener.accept(current);
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
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            long end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
            while (true) {
                var records = poll();
                if (!records.isEmpty()) {
                    records.forEach(this::apply);
                    ModelVersions changed = current;
                    listeners.forEach(listener -> listener.accept(changed));
                }
                if (caughtUp.getCount() > 0 && consumer.position(PARTITION) >= end) {
                    complete = System.nanoTime();
                    caughtUp.countDown();
                }
                lookForTheEnd();
            }
        } catch (WakeupException e) {
            LOG.debug("model catalog closed");
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
            long end = consumer.endOffsets(List.of(PARTITION), LOOK).getOrDefault(PARTITION, Long.MAX_VALUE);
            if (consumer.position(PARTITION, LOOK) >= end) {
                complete = now;
            }
        } catch (WakeupException e) {
            throw e;
        } catch (KafkaException e) {
            LOG.debug("the end of {} cannot be told: {}", Topics.MODELS, e.toString());
        }
    }

    /** Waits for a registry that is away: without this record the state would be wrong. */
    private ModelEvent decoded(ConsumerRecord<String, byte[]> record) {
        while (true) {
            try {
                return deserializer.deserialize(record.topic(), record.value());
            } catch (RegistryUnavailableException e) {
                LOG.warn("the catalog of versions waits, will retry in {} s: {}", RETRY.toSeconds(), e.getMessage());
                pause();
            }
        }
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

    /** What brokers refuse now they may give later; without the catalog all else would act on a state of long ago. */
    private ConsumerRecords<String, byte[]> poll() {
        while (true) {
            try {
                return consumer.poll(POLL);
            } catch (WakeupException e) {
                throw e;
            } catch (KafkaException e) {
                LOG.error("{} cannot be read, will retry in {} s: {}", Topics.MODELS, RETRY.toSeconds(), e.toString());
                pause();
            }
        }
    }

    private void apply(ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            return;
        }
        try {
            ModelVersions next = current.with(decoded(record), record.offset());
            next.refusal(record.offset())
                    .ifPresent(why -> LOG.info("an event at offset {} has no effect: {}", record.offset(), why));
            synchronized (seen) {
                current = next;
                seen.notifyAll();
            }
        } catch (UndecodableRecordException e) {
            LOG.error("passed over {}-{}@{}: {}", record.topic(), record.partition(), record.offset(), e.getMessage());
        }
    }
}
