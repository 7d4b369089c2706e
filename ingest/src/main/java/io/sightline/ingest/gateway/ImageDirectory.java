package io.sightline.ingest.gateway;

import io.sightline.http.ApiException;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.RegistryUnavailableException;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
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
    private static final String IMAGES = "known-images";
    private static final String LABELS = "known-labels";
    private static final int REGISTRY_TRIES = 120;
    private static final Duration READY = Duration.ofMinutes(5);

    private final KafkaStreams streams;
    private final ReadOnlyKeyValueStore<String, byte[]> images;
    private final ReadOnlyKeyValueStore<String, byte[]> labels;
    private final Map<TopicPartition, Long> applied;

    /** Reads what is new in the topics since the last run, then follows them. */
    ImageDirectory(KafkaConnection connection, RecordSerdes serdes, Path stateDirectory) {
        Properties properties = connection.streams("sightline-ingest", stateDirectory.toString());
        properties.put(StreamsConfig.globalConsumerPrefix("fetch.max.wait.ms"), 50);
        // A redrive that is taken back was never there.
        properties.put(StreamsConfig.globalConsumerPrefix("isolation.level"), "read_committed");
        properties.put(StreamsConfig.POLL_MS_CONFIG, 20);
        this.applied = new ConcurrentHashMap<>();
        this.streams = new KafkaStreams(topology(serdes, applied), properties);
        streams.start();
        awaitRunning();
        this.images = store(IMAGES);
        this.labels = store(LABELS);
    }

    /** The newest known event of an image that was not deleted. */
    Optional<KnownImage> image(String id) {
        return read(images, id).map(KnownImage::decode);
    }

    /** The newest known label of an image. */
    Optional<String> label(String id) {
        return read(labels, id).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** Whether an event has been read: from then on this knows better than whoever sent it. */
    boolean hasApplied(String topic, int partition, long offset) {
        return applied.getOrDefault(new TopicPartition(topic, partition), -1L) >= offset;
    }

    private static Optional<byte[]> read(ReadOnlyKeyValueStore<String, byte[]> store, String id) {
        try {
            return Optional.ofNullable(store.get(id));
        } catch (InvalidStateStoreException e) {
            throw new ApiException(
                    503,
                    "directory-unavailable",
                    "the directory of known images is not readable now: " + e.getMessage() + "; try again");
        }
    }

    @Override
    public void close() {
        streams.close(Duration.ofSeconds(30));
    }

    private static Topology topology(RecordSerdes serdes, Map<TopicPartition, Long> applied) {
        Topology topology = new Topology();
        Deserializer<ImageEvent> imageEvents = serdes.deserializer(ImageEvent.class);
        Deserializer<LabelEvent> labelEvents = serdes.deserializer(LabelEvent.class);
        addStore(
                topology,
                applied,
                IMAGES,
                Topics.IMAGES,
                record -> KnownImage.of(
                                imageEvents.deserialize(Topics.IMAGES, record.value), record.partition, record.offset)
                        .encode());
        addStore(
                topology,
                applied,
                LABELS,
                Topics.LABELS,
                record -> labelEvents
                        .deserialize(Topics.LABELS, record.value)
                        .getLabel()
                        .getBytes(StandardCharsets.UTF_8));
        return topology;
    }

    private static void addStore(
            Topology topology,
            Map<TopicPartition, Long> applied,
            String name,
            String topic,
            Function<Received, byte[]> summary) {
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

    private record Received(byte[] value, int partition, long offset) {}

    private static final class Summarise implements Processor<String, byte[], Void, Void> {

        private final String name;
        private final Map<TopicPartition, Long> applied;
        private final Function<Received, byte[]> summary;
        private @Nullable ProcessorContext<Void, Void> context;

        Summarise(String name, Map<TopicPartition, Long> applied, Function<Received, byte[]> summary) {
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
            if (record.value() == null) {
                store.delete(record.key());
            } else {
                put(store, record, origin);
            }
            applied.put(new TopicPartition(origin.topic(), origin.partition()), origin.offset());
        }

        private void put(KeyValueStore<String, byte[]> store, Record<String, byte[]> record, RecordMetadata origin) {
            for (int attempt = 1; ; attempt++) {
                try {
                    store.put(
                            record.key(),
                            summary.apply(new Received(record.value(), origin.partition(), origin.offset())));
                    return;
                } catch (UndecodableRecordException e) {
                    // Whatever it was, it replaced what was known: the lanes have removed that image.
                    store.delete(record.key());
                    LOG.debug("cannot read {}-{}@{}", origin.topic(), origin.partition(), origin.offset(), e);
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
