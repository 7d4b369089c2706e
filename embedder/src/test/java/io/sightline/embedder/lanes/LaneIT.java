package io.sightline.embedder.lanes;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.testing.TopicReader;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.SoleDecider;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.ModelStatus;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lanes on a real broker, a real registry and a real network. */
class LaneIT {

    private static final Instant NOW = Instant.ofEpochMilli(1_780_000_000_000L);
    private static final int IMAGES = 300;

    @TempDir
    Path directory;

    private TestKafka cluster;
    private KafkaConnection connection;
    private RecordSerdes serdes;
    private Admin admin;
    private ModelCatalog catalog;
    private ModelLog log;
    private SoleDecider decider;

    @BeforeEach
    void start() {
        cluster = TestKafka.start(directory.resolve("cluster"));
        connection = cluster.connection();
        serdes = new RecordSerdes(connection);
        serdes.register();
        admin = Admin.create(connection.admin());
        new TopicAdmin(admin).apply(Topics.defaults().fixed());
        catalog = ModelCatalog.open(connection, serdes, Patience.LIMIT);
        log = new ModelLog(connection, serdes);
        decider = SoleDecider.of(log);
    }

    @AfterEach
    void stop() {
        log.close();
        catalog.close();
        admin.close();
        cluster.close();
    }

    @Test
    void shouldEmbedEveryImageOnceInEachLiveVersionAndGoOnAfterPoison() throws Exception {
        Map<String, byte[]> good = new HashMap<>();
        Map<String, byte[]> events = new HashMap<>();
        for (int i = 0; i < IMAGES; i++) {
            byte[] png = TestImages.png(40, 40, i);
            good.put("image-" + i, png);
            events.put("image-" + i, event(png));
        }
        byte[] jpeg = TestImages.jpeg(50, 50, 1);
        events.put("truncated", event(Arrays.copyOf(jpeg, jpeg.length - jpeg.length / 3)));
        events.put("bomb", event(TestImages.pngBomb(60_000, 60_000)));
        events.put("text", event("not an image".getBytes(StandardCharsets.UTF_8)));
        events.put("empty", event(new byte[0]));
        events.put("not avro", "garbage".getBytes(StandardCharsets.UTF_8));
        events.put("elsewhere", elsewhere());
        produce(events);
        ModelArtifact v1 = TestModels.write(directory.resolve("models"), "v1", Preprocessing.DRAWING, 8, 1);
        ModelArtifact v2 = TestModels.write(directory.resolve("models"), "v2", Preprocessing.PHOTO, 8, 2);
        decider.move(TestModels.event(v1, NOW), ModelStatus.ACTIVE);

        try (LaneSupervisor supervisor = supervisor()) {
            awaitNoLag("v1");
            decider.move(TestModels.event(v2, NOW), ModelStatus.STAGED);
            awaitNoLag("v2");
            assertThat(supervisor.failures()).isEmpty();
        }

        assertEmbedded(v1, good);
        assertEmbedded(v2, good);
        Map<String, DeadLetterReason> reasons =
                TopicReader.readAll(connection, Topics.DEAD_LETTERS, serdes.deserializer(DeadLetter.class)).stream()
                        .filter(record -> "v1".equals(record.value().getModelVersion()))
                        .collect(Collectors.toMap(
                                ConsumerRecord::key, record -> record.value().getReason()));
        assertThat(reasons)
                .containsOnly(
                        Map.entry("truncated", DeadLetterReason.MALFORMED),
                        Map.entry("bomb", DeadLetterReason.TOO_MANY_PIXELS),
                        Map.entry("text", DeadLetterReason.UNSUPPORTED),
                        Map.entry("empty", DeadLetterReason.MALFORMED),
                        Map.entry("not avro", DeadLetterReason.SCHEMA),
                        Map.entry("elsewhere", DeadLetterReason.PAYLOAD_MISSING));
    }

    @Test
    void shouldNotComputeTheSameContentTwice() throws Exception {
        byte[] content = event(TestImages.png(20, 20, 1));
        produce(Map.of("first", content));
        ModelArtifact v1 = TestModels.write(directory.resolve("models"), "v1", Preprocessing.DRAWING, 8, 1);
        decider.move(TestModels.event(v1, NOW), ModelStatus.ACTIVE);
        Telemetry telemetry = Telemetry.withoutSpans();
        MeterRegistry meters = telemetry.meters();
        try (LaneSupervisor supervisor = supervisor(telemetry)) {
            awaitNoLag("v1");
            produce(Map.of("second", content));
            awaitNoLag("v1");
            // Its status is of the last look at it.
            await().untilAsserted(() -> assertThat(supervisor.statuses())
                    .extracting(LaneStatus::version, LaneStatus::backfilling)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("v1", false)));

            assertThat(meters.get("sightline.embedder.images").counter().count())
                    .isEqualTo(2);
            assertThat(meters.get("sightline.embedder.images.known").counter().count())
                    .isEqualTo(1);
            assertThat(meters.get("sightline.embedder.inference").timer().count())
                    .isEqualTo(1);
            assertThat(meters.get("sightline.embedder.in.flight").gauge().value())
                    .isZero();
        }
        assertThat(meters.getMeters())
                .as("meters of a lane that is gone")
                .noneMatch(meter -> meter.getId().getTag("version") != null
                        && meter.getId().getName().startsWith("sightline.embedder."))
                .noneMatch(meter -> meter.getId().getName().startsWith("kafka."));
    }

    @Test
    void shouldRemoveWhatAnExpiredVersionLeavesAndReportADamagedOne() throws Exception {
        produce(Map.of("image", event(TestImages.png(20, 20, 1))));
        ModelArtifact v1 = TestModels.write(directory.resolve("models"), "v1", Preprocessing.DRAWING, 8, 1);
        decider.move(TestModels.event(v1, NOW), ModelStatus.ACTIVE);
        try (LaneSupervisor supervisor = supervisor()) {
            awaitNoLag("v1");
            TopicAdmin topics = new TopicAdmin(admin);
            assertThat(topics.partitions(Topics.embeddings("v1"))).contains(4);

            var damaged = TestModels.event(
                    TestModels.write(directory.resolve("models"), "v2", Preprocessing.DRAWING, 8, 2), NOW);
            damaged.put("manifestSha256", "0".repeat(64));
            decider.move(damaged, ModelStatus.ACTIVE);
            decider.expire("v1", NOW);

            await().until(() -> topics.partitions(Topics.embeddings("v1")).isEmpty());
            await().untilAsserted(() -> assertThat(supervisor.failures())
                    .hasEntrySatisfying("v2", message -> assertThat(message).contains("the artifact was altered")));
        }
    }

    private LaneSupervisor supervisor() {
        return supervisor(Telemetry.withoutSpans());
    }

    private LaneSupervisor supervisor(Telemetry telemetry) {
        return new LaneSupervisor(
                connection,
                serdes,
                Topics.defaults(),
                LaneSettings.DEFAULT,
                catalog,
                new PayloadReader(null, null, 0),
                directory.resolve("state"),
                telemetry,
                Clock.systemUTC());
    }

    private void awaitNoLag(String version) {
        await().until(() -> {
            LaneProgress progress = LaneProgress.read(admin, version);
            return progress.lag() == 0 && !progress.embeddings().isEmpty();
        });
    }

    private void assertEmbedded(ModelArtifact artifact, Map<String, byte[]> good) throws Exception {
        String version = artifact.descriptor().version();
        List<ConsumerRecord<String, Embedding>> records =
                TopicReader.readAll(connection, Topics.embeddings(version), serdes.deserializer(Embedding.class));
        Map<String, Embedding> embeddings = records.stream()
                .filter(record -> record.value() != null)
                .collect(Collectors.toMap(ConsumerRecord::key, ConsumerRecord::value));
        assertThat(embeddings.keySet()).isEqualTo(good.keySet());
        try (EmbeddingModel model = EmbeddingModel.load(artifact);
                Preprocessor preprocessor =
                        new Preprocessor(artifact.descriptor().preprocessing(), ImageLimits.DEFAULT)) {
            for (var entry : good.entrySet()) {
                Embedding embedding = java.util.Objects.requireNonNull(embeddings.get(entry.getKey()));
                float[] expected = model.embed(preprocessor.pixels(entry.getValue()));
                assertThat(Vectors.decode(embedding.getVector()))
                        .containsExactly(expected, org.assertj.core.data.Offset.offset(1e-5f));
                assertThat(embedding.getModelVersion()).isEqualTo(version);
            }
        }
    }

    private byte[] event(byte[] content) {
        return serialize(new ImageEvent(
                new InlinePayload(ByteBuffer.wrap(content)), "image/png", Map.of("a", "b"), "test", NOW));
    }

    private byte[] elsewhere() {
        return serialize(
                new ImageEvent(new PayloadReference("file:///nowhere", "00", 1L), "image/png", Map.of(), "test", NOW));
    }

    private byte[] serialize(ImageEvent event) {
        return serdes.serializer(ImageEvent.class).serialize(Topics.IMAGES, event);
    }

    private void produce(Map<String, byte[]> events) {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(connection.producer("test"), new StringSerializer(), new ByteArraySerializer())) {
            events.forEach((id, event) -> producer.send(new ProducerRecord<>(Topics.IMAGES, id, event)));
        }
    }
}
