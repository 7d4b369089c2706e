package io.sightline.trainer.replay;

import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins images and labels, table to table, into a replay buffer: late labels, relabels, withdrawn labels and deleted
 * images all take effect. Close it once; not thread-safe.
 */
public final class ReplayStream implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplayStream.class);
    private static final String APPLICATION_ID = "sightline-trainer";
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(30);

    /** Below max.poll.interval.ms, 5 min; not much, since a thread that is replaced restores the tables again. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final KafkaStreams streams;
    private final Admin admin;
    private final ReplayItemReader items;

    /** Starts the join. Preprocessor and payloads are used, and not closed. */
    public ReplayStream(
            KafkaConnection connection,
            RecordSerdes serdes,
            ReplayBuffer buffer,
            Preprocessor preprocessor,
            PayloadReader payloads,
            Path stateDirectory) {
        Properties properties = connection.streams(APPLICATION_ID, stateDirectory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 500);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
        // The compacted source topics are the changelogs of their tables: images are not copied once more.
        properties.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
        properties.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 6000);
        properties.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 2000);
        this.admin = Admin.create(connection.admin());
        this.items = new ReplayItemReader(preprocessor, payloads, serdes, PATIENCE);
        this.streams = started(() -> {
            KafkaStreams fresh = new KafkaStreams(topology(buffer, items, properties), properties);
            fresh.setUncaughtExceptionHandler(failure -> {
                LOG.warn("the replay stream lost a thread and will replace it: {}", failure.toString());
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            });
            return fresh;
        });
    }

    /** A process that is killed while it makes a store leaves one that cannot be opened; all of it is in the topics. */
    private static KafkaStreams started(Supplier<KafkaStreams> fresh) {
        KafkaStreams streams = fresh.get();
        try {
            streams.start();
            return streams;
        } catch (ProcessorStateException e) {
            LOG.warn(
                    "the replay stream's local state is damaged and will be restored from its topics: {}",
                    e.toString());
            streams.close(CLOSE_TIMEOUT);
            KafkaStreams again = fresh.get();
            again.cleanUp();
            again.start();
            return again;
        }
    }

    /** Shows its meters, and those of its clients. */
    public Telemetry.Watch watch(Telemetry telemetry) {
        return telemetry.watch(streams);
    }

    /** What its Kafka Streams application is doing. */
    public KafkaStreams.State state() {
        return streams.state();
    }

    /** Whether everything that was there is restored and the stream is followed: until then the buffer is a part only. */
    public boolean isReady() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /**
     * Topic-partition to next offset: what was committed by the join, also by processes before this one, and what a
     * snapshot of the buffer has seen. Where the brokers do not say, the second alone.
     */
    public Map<String, Long> offsets(ReplaySnapshot snapshot) {
        Map<String, Long> offsets = new TreeMap<>(snapshot.offsets());
        try {
            committed().forEach((partition, next) -> offsets.merge(partition, next, Math::max));
        } catch (IllegalStateException e) {
            LOG.warn("{}; until then only what this process has read counts", e.getMessage());
        }
        return offsets;
    }

    /**
     * Topic-partition to next offset, as committed by the join.
     *
     * @throws IllegalStateException if the brokers do not say
     */
    public Map<String, Long> committed() {
        Map<String, Long> offsets = new TreeMap<>();
        try {
            admin.listConsumerGroupOffsets(APPLICATION_ID)
                    .partitionsToOffsetAndMetadata()
                    .get(ADMIN_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .forEach((partition, next) -> {
                        if (next != null) {
                            offsets.put(partition.topic() + "-" + partition.partition(), next.offset());
                        }
                    });
            return offsets;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking how far the replay stream is", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(
                    "the brokers do not say how far " + APPLICATION_ID + " has read: " + e
                            + "; check them and try again",
                    e);
        }
    }

    @Override
    public void close() {
        items.close();
        // Its successor gets the partitions at once, not when this one's session has timed out.
        CloseOptions leaving = CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP);
        if (!streams.close(leaving)) {
            LOG.warn("the replay stream did not stop within {} s", CLOSE_TIMEOUT.toSeconds());
        }
        admin.close(Duration.ZERO);
    }

    static Topology topology(ReplayBuffer buffer, ReplayItemReader items, Properties properties) {
        Serde<byte[]> bytes = Serdes.ByteArray();
        StreamsBuilder builder = new StreamsBuilder();
        KTable<String, byte[]> images = builder.table(
                Topics.IMAGES, Consumed.with(Serdes.String(), bytes), Materialized.with(Serdes.String(), bytes));
        KTable<String, byte[]> labels = builder.table(
                Topics.LABELS, Consumed.with(Serdes.String(), bytes), Materialized.with(Serdes.String(), bytes));
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(ReplayProcessor.STORE), Serdes.String(), bytes));
        images.join(labels, LabelledImage::new)
                .toStream()
                .process(() -> new ReplayProcessor(buffer, items), ReplayProcessor.STORE);
        return builder.build(properties);
    }
}
