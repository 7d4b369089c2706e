package io.sightline.ingest.gateway;

import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.UndecodableRecordException;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.LabelEvent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
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
    private static final Duration READY = Duration.ofMinutes(5);

    private final KafkaStreams streams;
    private final ReadOnlyKeyValueStore<String, byte[]> images;
    private final ReadOnlyKeyValueStore<String, byte[]> labels;

    /** Reads what is new in the topics since the last run, then follows them. */
    ImageDirectory(KafkaConnection connection, RecordSerdes serdes, Path stateDirectory) {
        Properties properties = connection.streams("sightline-ingest", stateDirectory.toString());
        properties.put(StreamsConfig.globalConsumerPrefix("fetch.max.wait.ms"), 50);
        properties.put(StreamsConfig.POLL_MS_CONFIG, 20);
        this.streams = new KafkaStreams(topology(serdes), properties);
        streams.start();
        awaitRunning();
        this.images = store(IMAGES);
        this.labels = store(LABELS);
    }

    /** The newest known event of an image that was not deleted. */
    Optional<KnownImage> image(String id) {
        return Optional.ofNullable(images.get(id)).map(KnownImage::decode);
    }

    /** The newest known label of an image. */
    Optional<String> label(String id) {
        return Optional.ofNullable(labels.get(id)).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        streams.close(Duration.ofSeconds(30));
    }

    private static Topology topology(RecordSerdes serdes) {
        Topology topology = new Topology();
        Deserializer<ImageEvent> imageEvents = serdes.deserializer(ImageEvent.class);
        Deserializer<LabelEvent> labelEvents = serdes.deserializer(LabelEvent.class);
        addStore(
                topology,
                IMAGES,
                Topics.IMAGES,
                record -> new KnownImage(
                                KnownImage.fingerprint(imageEvents.deserialize(Topics.IMAGES, record.value)),
                                record.partition,
                                record.offset)
                        .encode());
        addStore(
                topology,
                LABELS,
                Topics.LABELS,
                record -> labelEvents
                        .deserialize(Topics.LABELS, record.value)
                        .getLabel()
                        .getBytes(StandardCharsets.UTF_8));
        return topology;
    }

    private static void addStore(Topology topology, String name, String topic, Function<Received, byte[]> summary) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                name + "-source",
                new StringDeserializer(),
                new ByteArrayDeserializer(),
                topic,
                name + "-processor",
                () -> new Summarise(name, summary));
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
        private final Function<Received, byte[]> summary;
        private @Nullable ProcessorContext<Void, Void> context;

        Summarise(String name, Function<Received, byte[]> summary) {
            this.name = name;
            this.summary = summary;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            this.context = context;
        }

        @Override
        public void process(Record<String, byte[]> record) {
            ProcessorContext<Void, Void> present = java.util.Objects.requireNonNull(context);
            KeyValueStore<String, byte[]> store = present.getStateStore(name);
            if (record.value() == null) {
                store.delete(record.key());
                return;
            }
            var origin = present.recordMetadata().orElseThrow();
            try {
                store.put(
                        record.key(), summary.apply(new Received(record.value(), origin.partition(), origin.offset())));
            } catch (UndecodableRecordException e) {
                LOG.debug("passed over {}-{}@{}", origin.topic(), origin.partition(), origin.offset(), e);
            }
        }
    }
}
