package io.sightline.ingest.gateway;

import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.http.ApiException;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What images and labels there are, as far as this process has read: global state stores on disk, fed from the topics
 * themselves, so that images of any producer are known. A fingerprint an image, not its content. Thread-safe.
 *
 * <p>It follows the topics with a little delay; the gateway remembers what it has sent itself.
 */
final class ImageDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ImageDirectory.class);
    private static final String LABELS = "known-labels";
    private static final int REGISTRY_TRIES = 120;
    private static final Duration READY = Duration.ofMinutes(5);

    private final KafkaStreams streams;
    private final Telemetry.Watch watch;
    private final ReadOnlyKeyValueStore<String, byte[]> images;
    private final ReadOnlyKeyValueStore<String, byte[]> labels;
    private final Map<TopicPartition, Long> applied;
    private final Map<TopicPartition, Long> restored;
    private final CountDownLatch closing = new CountDownLatch(1);

    /**
     * Reads what is new in the topics since the last run, then follows them.
     *
     * @param announcer is told of each deletion of a known image, also of some that it was told of before
     */
    ImageDirectory(
            KafkaConnection connection,
            RecordSerdes serdes,
            Path stateDirectory,
            Consumer<Erasure> announcer,
            Telemetry telemetry,
            Clock clock) {
        Properties properties = connection.streams("sightline-ingest", stateDirectory.toString());
        properties.put(StreamsConfig.globalConsumerPrefix("fetch.max.wait.ms"), 50);
        // A redrive that is taken back was never there.
        properties.put(StreamsConfig.globalConsumerPrefix("isolation.level"), "read_committed");
        properties.put(StreamsConfig.POLL_MS_CONFIG, 20);
        this.applied = new ConcurrentHashMap<>();
        try (Admin admin = Admin.create(connection.admin())) {
            this.restored = new TopicAdmin(admin).ends(Topics.IMAGES, IsolationLevel.READ_COMMITTED);
        }
        KnownImages known =
                new KnownImages(serdes.deserializer(ImageEvent.class), erasure -> announce(announcer, erasure), clock);
        this.streams = new KafkaStreams(topology(serdes, known, applied), properties);
        streams.start();
        awaitRunning();
        this.watch = telemetry.watch(streams);
        this.images = store(KnownImages.STORE);
        this.labels = store(LABELS);
    }

    /** What its Kafka Streams application is doing; it serves while that is running. */
    KafkaStreams.State state() {
        return streams.state();
    }

    /** The newest known event of an image that was not deleted. */
    Optional<KnownImage> image(String id) {
        return read(() -> KnownImages.find(images, id));
    }

    /** The newest known label of an image. */
    Optional<String> label(String id) {
        return read(() -> Optional.ofNullable(labels.get(id))).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** Whether an event has been read: from then on this knows better than whoever sent it. */
    boolean hasApplied(String topic, int partition, long offset) {
        return applied.getOrDefault(new TopicPartition(topic, partition), -1L) >= offset;
    }

    /** Whether an image has this content of the payload store now. */
    boolean isInUse(String contentSha256) {
        return read(() -> KnownImages.isInUse(images, contentSha256));
    }

    /** Whether an image event was read, in this run or in one before. */
    boolean isPast(int partition, long offset) {
        return offset < restored.getOrDefault(new TopicPartition(Topics.IMAGES, partition), 0L)
                || hasApplied(Topics.IMAGES, partition, offset);
    }

    private static <T> T read(Supplier<T> lookup) {
        try {
            return lookup.get();
        } catch (InvalidStateStoreException e) {
            throw new ApiException(
                    503,
                    "directory-unavailable",
                    "the directory of known images is not readable now: " + e.getMessage() + "; try again");
        }
    }

    /** Without it the deletion would be over before all is gone: so it is waited for. */
    private void announce(Consumer<Erasure> announcer, Erasure erasure) {
        while (true) {
            try {
                announcer.accept(erasure);
                return;
            } catch (IllegalStateException e) {
                LOG.atWarn()
                        .addKeyValue(LogKeys.IMAGE_ID, erasure.getId())
                        .addKeyValue(LogKeys.ERROR, e.toString())
                        .log("an erasure waits, will retry in a second: {}", e.getMessage());
                pause(e);
            }
        }
    }

    private void pause(IllegalStateException cause) {
        try {
            if (closing.await(1, TimeUnit.SECONDS)) {
                throw cause;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cause;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        streams.close(Duration.ofSeconds(30));
        watch.close();
    }

    private static Topology topology(RecordSerdes serdes, KnownImages known, Map<TopicPartition, Long> applied) {
        Topology topology = new Topology();
        Deserializer<LabelEvent> labelEvents = serdes.deserializer(LabelEvent.class);
        addStore(topology, applied, KnownImages.STORE, Topics.IMAGES, (store, record, origin) -> {
            if (record.value() == null) {
                known.delete(store, record.key(), origin.partition(), origin.offset(), record.timestamp());
            } else {
                known.put(store, record.key(), record.value(), origin.partition(), origin.offset());
            }
        });
        addStore(topology, applied, LABELS, Topics.LABELS, (store, record, origin) -> {
            // What cannot be read has replaced what was known, too.
            store.delete(record.key());
            if (record.value() != null) {
                String label =
                        labelEvents.deserialize(Topics.LABELS, record.value()).getLabel();
                store.put(record.key(), label.getBytes(StandardCharsets.UTF_8));
            }
        });
        return topology;
    }

    private static void addStore(
            Topology topology, Map<TopicPartition, Long> applied, String name, String topic, Summary summary) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                name + "-source",
                new StringDeserializer(),
                new ByteArrayDeserializer(),
                topic,
                name + "-processor",
                () -> new Summarise(name, applied, summary));
    }

    private void awaitRunning() {
        long deadline = System.nanoTime() + READY.toNanos();
        while (streams.state() != KafkaStreams.State.RUNNING) {
            if (System.nanoTime() > deadline || streams.state() == KafkaStreams.State.ERROR) {
                streams.close(Duration.ZERO);
                throw new IllegalStateException("the directory of images did not come up: it is " + streams.state()
                        + "; check the brokers and that the topics exist");
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the directory of images came up", e);
            }
        }
    }

    private ReadOnlyKeyValueStore<String, byte[]> store(String name) {
        return streams.store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
    }

    /** From a record into a store. */
    private interface Summary {
        void apply(KeyValueStore<String, byte[]> store, Record<String, byte[]> record, RecordMetadata origin);
    }

    private static final class Summarise implements Processor<String, byte[], Void, Void> {

        private final String name;
        private final Map<TopicPartition, Long> applied;
        private final Summary summary;
        private @Nullable ProcessorContext<Void, Void> context;

        Summarise(String name, Map<TopicPartition, Long> applied, Summary summary) {
            this.name = name;
            this.applied = applied;
            this.summary = summary;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            this.context = context;
        }

        @Override
        public void process(Record<String, byte[]> record) {
            ProcessorContext<Void, Void> present = Objects.requireNonNull(context);
            RecordMetadata origin = present.recordMetadata().orElseThrow();
            KeyValueStore<String, byte[]> store = present.getStateStore(name);
            apply(store, record, origin);
            applied.put(new TopicPartition(origin.topic(), origin.partition()), origin.offset());
        }

        private void apply(KeyValueStore<String, byte[]> store, Record<String, byte[]> record, RecordMetadata origin) {
            for (int attempt = 1; ; attempt++) {
                try {
                    summary.apply(store, record, origin);
                    return;
                } catch (UndecodableRecordException e) {
                    LOG.atDebug()
                            .addKeyValue(LogKeys.TOPIC, origin.topic())
                            .addKeyValue(LogKeys.PARTITION, origin.partition())
                            .addKeyValue(LogKeys.OFFSET, origin.offset())
                            .log("a record cannot be read: {}", e.getMessage());
                    return;
                } catch (RegistryUnavailableException e) {
                    if (attempt == REGISTRY_TRIES) {
                        throw e;
                    }
                    LOG.warn("the directory of images waits, will retry in a second: {}", e.getMessage());
                    pause();
                }
            }
        }

        private static void pause() {
            try {
                Thread.sleep(1000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
