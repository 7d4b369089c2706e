package io.sightline.indexer.indexing;

import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the embeddings topic of one version, and the labels, into the version's store. The offsets are part of the
 * store's commit; what the documents are ahead of them after a crash is read again, and is no news to the store.
 *
 * <p>One thread reads, writes, commits and refreshes, see {@link Settling}.
 *
 * <p>On failure: a store that fails stops this lane, and {@link #failure()} says why; it is opened again later. Of records
 * that cannot be indexed see {@link LaneRecords}.
 */
public final class LaneIndex implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LaneIndex.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final VectorStore store;
    private final String version;
    private final Map<TopicPartition, Long> ends;
    private final Settling settling;
    private final KafkaConsumer<String, byte[]> consumer;
    private final LaneRecords records;
    private final IndexTelemetry telemetry;
    private final Thread writer;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Map<TopicPartition, Long> next = Map.of();
    private boolean labelsAreRead;
    private volatile long behind;
    private volatile @Nullable String failure;

    /**
     * Starts to follow. The store and the telemetry are closed with this; they are left to the caller if this fails.
     *
     * @param ends where each partition of the version's embeddings and of the labels ends now
     * @param required up to where the index must hold them before it answers
     * @param mark of the index
     * @param listener is told which images became searchable once the index is ready
     * @param erasures images of which an embedding may still be read, but not written
     * @param telemetry of the index; closed with this
     */
    LaneIndex(
            KafkaConnection connection,
            RecordSerdes serdes,
            VectorStore store,
            Map<TopicPartition, Long> ends,
            Map<TopicPartition, Long> required,
            SearchableMark mark,
            IndexingSettings settings,
            SearchableListener listener,
            ErasureLedger erasures,
            IndexTelemetry telemetry) {
        this.telemetry = telemetry;
        this.store = store;
        this.version = store.key().version();
        this.ends = Map.copyOf(ends);
        this.behind = ends.values().stream().mapToLong(Long::longValue).sum();
        this.settling = new Settling(store, required, mark, settings, this::stop, listener, telemetry);
        this.consumer = consumer(connection, version, settling);
        try {
            this.records = new LaneRecords(store, serdes, erasures, settling, telemetry);
            telemetry.show(this, consumer);
            this.writer = Thread.ofPlatform().name("index-" + version).start(this::run);
        } catch (RuntimeException | Error e) {
            consumer.close();
            settling.close();
            throw e;
        }
    }

    private static KafkaConsumer<String, byte[]> consumer(
            KafkaConnection connection, String version, Settling settling) {
        try {
            return new KafkaConsumer<>(
                    connection.assignedConsumer("sightline-indexer-" + version),
                    new StringDeserializer(),
                    new ByteArrayDeserializer());
        } catch (RuntimeException | Error e) {
            settling.close();
            throw e;
        }
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
    public boolean hasReached(Map<TopicPartition, Long> offsets) {
        return settling.hasReached(offsets);
    }

    /**
     * Whether it may answer. One that is built anew may once it holds all that the topics held when it was opened, one
     * that goes on where it was may at once.
     */
    public boolean isReady() {
        return settling.isReady();
    }

    /** Its version answers, so searches see it. */
    void seen() {
        settling.seen();
    }

    /** How much of what it needs to be ready is searchable, 0 to 1. */
    public double progress() {
        return settling.progress();
    }

    /** Records of the version's embeddings and of the labels that have not been read yet, as far as is known now. */
    public long behind() {
        return behind;
    }

    /**
     * How far it is behind the given ends of its embeddings, which hold what is not committed too, and at least
     * {@link #behind()}, which knows only of what may be read: of a transaction that hangs open it sees nothing.
     */
    public long behind(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> read = next;
        long unread = ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - read.getOrDefault(end.getKey(), 0L)))
                .sum();
        return Math.max(behind, unread);
    }

    /** Records that could not be indexed. */
    public long passedOver() {
        return records.passedOver() + store.refused();
    }

    /** Why this lane stopped by itself, or null. */
    public @Nullable String failure() {
        return failure;
    }

    @Override
    public void close() {
        closing.countDown();
        consumer.wakeup();
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        telemetry.close();
        try {
            settling.close();
        } finally {
            store.close();
        }
    }

    private void run() {
        try (consumer) {
            begin();
            settling.start();
            while (failure == null) {
                try {
                    settling.settleIfDue(behind);
                    if (labelsAreRead) {
                        write(consumer.poll(POLL));
                    } else {
                        readLabels();
                    }
                } catch (RegistryUnavailableException | RetriableException e) {
                    readAgain(e);
                }
            }
        } catch (WakeupException e) {
            LOG.debug("index of {} closed", version);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            stop(e);
        }
    }

    /** What was written of the poll already is no news then. */
    private void readAgain(RuntimeException cause) throws InterruptedException {
        LOG.warn("the index of {} waits, will retry in {} s: {}", version, RETRY.toSeconds(), cause.toString());
        next.forEach(consumer::seek);
        closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void begin() {
        consumer.assign(ends.keySet());
        Map<TopicPartition, Long> committed = store.committedOffsets();
        ends.keySet().forEach(partition -> consumer.seek(partition, committed.getOrDefault(partition, 0L)));
        note(positions());
    }

    /**
     * All labels there are, before anything is written: documents may know of newer ones than were committed. Those that
     * were committed are in the documents already. An index that may answer does so meanwhile.
     */
    private void readLabels() {
        Map<TopicPartition, Long> committed = Map.copyOf(next);
        List<TopicPartition> others = ends.keySet().stream()
                .filter(partition -> !LaneRecords.isLabels(partition))
                .toList();
        List<TopicPartition> own =
                ends.keySet().stream().filter(LaneRecords::isLabels).toList();
        consumer.pause(others);
        consumer.seekToBeginning(own);
        while (own.stream().anyMatch(partition -> consumer.position(partition) < end(partition))) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                records.label(record, record.offset() >= committed.getOrDefault(partition, 0L));
            }
            settling.settleIfDue(behind);
        }
        consumer.resume(others);
        records.relabel();
        note(positions());
        labelsAreRead = true;
    }

    private long end(TopicPartition partition) {
        return ends.getOrDefault(partition, 0L);
    }

    private void write(ConsumerRecords<String, byte[]> polled) {
        Map<TopicPartition, Long> behindThese = positions();
        records.write(polled, behindThese);
        note(behindThese);
    }

    /** Everything below these was written. */
    private void note(Map<TopicPartition, Long> positions) {
        next = positions;
        behind = positions.entrySet().stream()
                .mapToLong(one ->
                        consumer.currentLag(one.getKey()).orElse(Math.max(0, end(one.getKey()) - one.getValue())))
                .sum();
        settling.reached(positions);
    }

    private Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        consumer.assignment().forEach(partition -> positions.put(partition, consumer.position(partition)));
        return positions;
    }

    private void stop(Throwable cause) {
        if (failure == null) {
            failure = String.valueOf(cause);
            LOG.atError()
                    .addKeyValue(LogKeys.VERSION, version)
                    .setCause(cause)
                    .log("the index of {} stopped: {}; it will be opened again", version, cause);
        }
    }
}
