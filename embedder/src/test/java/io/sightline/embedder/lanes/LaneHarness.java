package io.sightline.embedder.lanes;

import static io.sightline.embedder.testing.Patience.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.tracing.Tracing;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** A lane without a broker: its topology and all of its parts, driven record by record. */
final class LaneHarness implements AutoCloseable {

    private static final int KNOWN_VECTORS = 10;
    private static final Duration POLL = Duration.ofMillis(1);

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ThreadPoolExecutor decoders = (ThreadPoolExecutor) Executors.newFixedThreadPool(1);
    final ErasureLedger erasures = new ErasureLedger();
    final InFlightBudget budget = new InFlightBudget(Long.MAX_VALUE);
    final MicroBatcher batcher;
    final TestOutputTopic<String, Embedding> embeddings;
    final TestOutputTopic<String, DeadLetter> deadLetters;
    private final Preprocessor preprocessor = new Preprocessor(Preprocessing.DRAWING, ImageLimits.DEFAULT);
    private final ContentReader contents;
    private final RecordSerdes serdes;
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte[]> images;

    LaneHarness(Path state, BatchEmbedder model, PayloadReader payloads, int maxBatch, Duration maxDelay) {
        LaneMeters meters = new LaneMeters(registry, model.version());
        contents = new ContentReader(payloads, decoders, meters);
        batcher = new MicroBatcher(model, maxBatch, maxDelay, meters, null);
        KafkaConnection connection = new KafkaConnection("unused:1", "mock://lane-harness");
        serdes = new RecordSerdes(connection);
        serdes.register();
        EmbedProcessor.LaneParts parts = EmbedProcessor.LaneParts.of(
                model.version(),
                LaneSettings.DEFAULT.with(maxBatch, KNOWN_VECTORS),
                serdes,
                contents,
                preprocessor,
                batcher,
                new Watermarks(),
                meters,
                budget,
                erasures,
                Tracing.NONE);
        driver = new TopologyTestDriver(
                LaneTopology.build(parts, serdes), connection.streams("lane-harness", state.toString()));
        images = driver.createInputTopic(Topics.IMAGES, new StringSerializer(), new ByteArraySerializer());
        embeddings = driver.createOutputTopic(
                Topics.embeddings(model.version()), new StringDeserializer(), serdes.deserializer(Embedding.class));
        deadLetters = driver.createOutputTopic(
                Topics.DEAD_LETTERS, new StringDeserializer(), serdes.deserializer(DeadLetter.class));
    }

    /** An event with an inline or a referenced payload, as it is on the topic. */
    byte[] event(Object payload) {
        return serdes.serializer(ImageEvent.class)
                .serialize(Topics.IMAGES, new ImageEvent(payload, "image/png", Map.of(), "test", Instant.EPOCH));
    }

    void send(String id, byte[] event) {
        images.pipeInput(id, event);
    }

    void send(String id, byte[] event, Headers headers) {
        images.pipeInput(new TestRecord<>(id, event, headers));
    }

    /** Takes the next record, as soon as there is one. */
    <T> KeyValue<String, T> next(TestOutputTopic<String, T> topic) {
        awaitForwarding(() -> !topic.isEmpty());
        return topic.readKeyValue();
    }

    /** Results are forwarded when a punctuation looks for them. */
    void awaitForwarding(BooleanSupplier condition) {
        await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(POLL).until(() -> {
            driver.advanceWallClockTime(Duration.ofMillis(5));
            return condition.getAsBoolean();
        });
    }

    @Override
    public void close() {
        contents.close();
        driver.close();
        batcher.close();
        decoders.close();
        preprocessor.close();
    }
}
