package io.sightline.trainer.replay;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.LabelEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replay store on a real broker: what labels and images do to it, its bounds, and what is left after a restart. */
class ReplayStreamIT {

    private static final HoldoutRule NONE = new HoldoutRule(0);
    private static final int IMAGES_PER_CLASS = 4;

    @TempDir
    private Path directory;

    private TestKafka cluster;
    private RecordSerdes serdes;
    private Preprocessor preprocessor;
    private KafkaProducer<String, byte[]> producer;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    ReplayStreamIT() {}

    @BeforeEach
    void start() {
        cluster = TestKafka.start(directory.resolve("cluster"));
        serdes = new RecordSerdes(cluster.connection());
        serdes.register();
        try (Admin admin = Admin.create(cluster.connection().admin())) {
            new TopicAdmin(admin).apply(Topics.defaults().fixed());
        }
        preprocessor = new Preprocessor(Preprocessing.DRAWING, ImageLimits.DEFAULT);
        producer = new KafkaProducer<>(
                cluster.connection().producer("replay-it"), new StringSerializer(), new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        producer.close();
        preprocessor.close();
        cluster.close();
    }

    @Test
    void shouldFollowTheStreamAndHoldTheSameAfterARestart() {
        ReplayBuffer first = new ReplayBuffer(100, 10_000_000);
        Map<String, Long> committed;
        try (ReplayStream stream = open(first)) {
            for (String id : List.of("relabelled", "withdrawn", "deleted", "kept")) {
                image(id, 1);
                label(id, "cat");
            }
            awaitContent(first, Map.of("relabelled", "cat", "withdrawn", "cat", "deleted", "cat", "kept", "cat"));

            label("relabelled", "dog");
            label("withdrawn", null);
            delete("deleted");
            awaitContent(first, Map.of("relabelled", "dog", "kept", "cat"));
            await().until(() -> !stream.committed().isEmpty());
            committed = stream.committed();
        }

        ReplayBuffer second = new ReplayBuffer(100, 10_000_000);
        try (ReplayStream stream = open(second)) {
            awaitContent(second, Map.of("relabelled", "dog", "kept", "cat"));
            await().until(stream::isReady);
            committed.forEach((partition, next) -> assertThat(stream.committed().getOrDefault(partition, 0L))
                    .as(partition)
                    .isGreaterThanOrEqualTo(next));
        }
    }

    @Test
    void shouldRestoreFromItsTopicsWhenAStoreIsDamaged() throws IOException {
        ReplayBuffer first = new ReplayBuffer(100, 10_000_000);
        try (ReplayStream stream = open(first)) {
            image("a", 1);
            label("a", "cat");
            awaitContent(first, Map.of("a", "cat"));
            await().until(stream::isReady);
        }
        int damaged = 0;
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path current : files.filter(file -> file.endsWith(Path.of(ReplayProcessor.STORE, "CURRENT")))
                    .toList()) {
                Files.writeString(current, "cut off");
                damaged++;
            }
        }
        assertThat(damaged).isPositive();

        ReplayBuffer second = new ReplayBuffer(100, 10_000_000);
        try (ReplayStream stream = open(second)) {
            awaitContent(second, Map.of("a", "cat"));
            await().until(stream::isReady);
        }
    }

    @Test
    void shouldStayWithinItsBoundsAtTenTimesTheImages() {
        ReplayBuffer buffer = new ReplayBuffer(IMAGES_PER_CLASS, 1_000_000);
        int partitions = Topics.defaults().partitions();
        int classes = 3;
        int images = 10 * IMAGES_PER_CLASS * partitions;
        try (ReplayStream stream = open(buffer)) {
            for (int i = 0; i < images; i++) {
                for (int c = 0; c < classes; c++) {
                    image("image-" + c + "-" + i, c * 10_000L + i);
                    label("image-" + c + "-" + i, "class-" + c);
                }
            }
            image("last", 99);
            label("last", "last");
            // Each partition keeps its share of each class, however many came by.
            await().untilAsserted(() -> assertThat(buffer.snapshot(NONE).training())
                    .hasSize(classes + 1)
                    .allSatisfy((label, items) ->
                            assertThat(items.size()).isLessThanOrEqualTo(IMAGES_PER_CLASS * partitions)));
            // What is read only after the restart is held back by the bounds of then.
            long events = 2L * (classes * images + 1);
            await().until(() -> stream.committed().values().stream()
                            .mapToLong(Long::longValue)
                            .sum()
                    == events);
            long changes = buffer.changes();
            assertThat(changes).isGreaterThan((long) IMAGES_PER_CLASS * classes * partitions);
            await().until(stream::isReady);
        }

        ReplayBuffer restored = new ReplayBuffer(1_000_000, 1_000_000_000);
        try (ReplayStream stream = open(restored)) {
            await().until(stream::isReady);
            // What the buffer dropped is not in the store either, or a restart would bring it back.
            await().untilAsserted(() -> assertThat(restored.snapshot(NONE).trainingItems())
                    .hasSizeBetween(classes * IMAGES_PER_CLASS, classes * IMAGES_PER_CLASS * partitions + 1));
        }
    }

    private ReplayStream open(ReplayBuffer buffer) {
        return new ReplayStream(
                cluster.connection(),
                serdes,
                buffer,
                preprocessor,
                new PayloadReader(null, null, 0),
                directory.resolve("streams"));
    }

    private static void awaitContent(ReplayBuffer buffer, Map<String, String> expected) {
        await().untilAsserted(() -> assertThat(buffer.snapshot(NONE).trainingItems().stream()
                        .collect(Collectors.toMap(ReplayItem::id, ReplayItem::label)))
                .isEqualTo(expected));
    }

    private void image(String id, long seed) {
        ImageEvent event = new ImageEvent(
                new InlinePayload(ByteBuffer.wrap(TestImages.png(32, 32, seed))),
                "image/png",
                Map.of(),
                "",
                Instant.ofEpochMilli(1_780_000_000_000L + seed));
        send(Topics.IMAGES, id, serdes.serializer(ImageEvent.class).serialize(Topics.IMAGES, event));
    }

    private void delete(String id) {
        send(Topics.IMAGES, id, null);
    }

    private void label(String id, @Nullable String label) {
        byte @Nullable [] event = label == null
                ? null
                : serdes.serializer(LabelEvent.class)
                        .serialize(Topics.LABELS, new LabelEvent(label, "", Instant.ofEpochMilli(0)));
        send(Topics.LABELS, id, event);
    }

    private void send(String topic, String id, byte @Nullable [] event) {
        producer.send(new ProducerRecord<>(topic, id, event));
    }
}
