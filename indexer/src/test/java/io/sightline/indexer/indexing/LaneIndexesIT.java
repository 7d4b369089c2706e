package io.sightline.indexer.indexing;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.erasure.ErasureLedger;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.versions.SoleDecider;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.LabelEvent;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Indexes on a real broker and a real registry. */
@Timeout(Patience.TEST_SECONDS)
class LaneIndexesIT {

    private static final Instant NOW = Instant.ofEpochMilli(1_780_000_000_000L);
    private static final IndexingSettings FAST = new IndexingSettings(Duration.ofMillis(50), Duration.ofMillis(100));

    @TempDir
    private static Path shared;

    private static TestKafka cluster;
    private static KafkaConnection connection;
    private static RecordSerdes serdes;
    private static Admin admin;
    private static KafkaProducer<String, byte[]> producer;
    private static int versions;

    @TempDir
    Path directory;

    /** Each test has a version, and image ids, of its own. */
    private final String version = "v" + ++versions;

    private final String topic = Topics.embeddings(version);
    private final List<StoredImage> announced = new CopyOnWriteArrayList<>();
    private final ErasureLedger erasures = new ErasureLedger();
    private LaneIndexes indexes;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    LaneIndexesIT() {}

    @BeforeAll
    static void startCluster() {
        cluster = TestKafka.start(shared.resolve("cluster"));
        connection = cluster.connection();
        serdes = new RecordSerdes(connection);
        serdes.register();
        admin = Admin.create(connection.admin());
        new TopicAdmin(admin).apply(Topics.defaults().fixed());
        producer = new KafkaProducer<>(connection.producer("test"), new StringSerializer(), new ByteArraySerializer());
    }

    @AfterAll
    static void stopCluster() {
        producer.close();
        admin.close();
        cluster.close();
    }

    @BeforeEach
    void start() {
        createTopic();
        indexes = open();
    }

    @AfterEach
    void stop() {
        indexes.close();
    }

    @Test
    void shouldFollowEmbeddingsAndLabelsAndRemoveWhatItCannotRead() {
        send("a", 0);
        send("b", 1);
        label("a", "cat");
        awaitReady(ModelStatus.ACTIVE);
        await().untilAsserted(() -> {
            assertThat(label("a")).isEqualTo("cat");
            assertThat(stored("b")).isPresent();
        });

        label("a", "dog");
        label("b", "bird");
        send(topic, "b", "no embedding".getBytes(StandardCharsets.UTF_8));
        send(topic, "c", serdes.serializer(Embedding.class).serialize(topic, embedding("v70", 2)));
        send("d", 3);

        await().untilAsserted(() -> {
            assertThat(label("a")).isEqualTo("dog");
            assertThat(stored("d")).isPresent();
            // On other partitions, which may be read later.
            assertThat(stored("b")).isEmpty();
            assertThat(index().passedOver()).isEqualTo(2);
        });
        assertThat(stored("c")).isEmpty();
        assertThat(index().failure()).isNull();
    }

    @Test
    void shouldAnnounceWhatBecomesSearchableAfterItWasReadyAndNothingTwice() {
        send("a", 0);
        awaitReady(ModelStatus.ACTIVE);
        await().until(() -> stored("a").isPresent());

        send("b", 1);
        send("a", 2);

        await().until(() -> announced.size() == 2);
        assertThat(announced).extracting(StoredImage::id).containsExactlyInAnyOrder(version + "a", version + "b");
        assertThat(announced)
                .allSatisfy(image -> assertThat(
                                index().store().find(image.id()).orElseThrow().image())
                        .isEqualTo(image));
        indexes.close();
        indexes = open();
        awaitReady(ModelStatus.ACTIVE);
        send("c", 3);
        await().until(() -> stored("c").isPresent());
        await().until(() -> announced.size() == 3);
        assertThat(announced.getLast().id()).isEqualTo(version + "c");
    }

    @Test
    void shouldPassOverTheEmbeddingOfAnImageThatWasErased() {
        String id = version + "erased";
        erasures.apply("image " + id, new Erasure(id, 0, 1L, List.of(), Instant.EPOCH), 0);
        send("erased", 1);
        send("kept", 2);

        awaitReady(ModelStatus.ACTIVE);

        assertThat(stored("kept")).isPresent();
        assertThat(stored("erased")).isEmpty();
        assertThat(index().passedOver()).isZero();
    }

    @Test
    void shouldCatchUpBeforeItAnswersWhereItsVersionBecameActiveWhileItWasAway() {
        awaitReady(ModelStatus.STAGED);
        indexes.close();
        send("a", 0);
        send("b", 1);

        indexes = open();
        awaitReady(ModelStatus.ACTIVE);

        assertThat(stored("a")).isPresent();
        assertThat(stored("b")).isPresent();
    }

    @Test
    void shouldGoOnWhereItWasAndKnowLabelsThatCameMeanwhile() {
        send("a", 0);
        send("b", 1);
        label("b", "old");
        awaitReady(ModelStatus.ACTIVE);
        await().until(() -> stored("a").isPresent());
        indexes.close();
        label("a", "while away");
        label("b", null);
        send("b", 2);

        indexes = open();
        awaitReady(ModelStatus.ACTIVE);
        await().untilAsserted(() -> {
            assertThat(label("a")).isEqualTo("while away");
            assertThat(label("b")).isNull();
            assertThat(stored("b").orElseThrow().vector()).containsExactly(unit(2));
        });
        assertThat(index().behind()).isZero();
        assertThat(index().store().count()).isEqualTo(2);
    }

    @Test
    void shouldAnswerNothingOlderThanBeforeAKill() throws Exception {
        send("a", 0);
        awaitReady(ModelStatus.ACTIVE);
        indexes.close();
        Path left = directory.resolve("left");
        copy(directory.resolve("indexes"), left);
        indexes = open(FAST, directory.resolve("indexes"));
        awaitReady(ModelStatus.ACTIVE);
        send("b", 1);
        await().until(() -> stored("b").isPresent());
        send(topic, "b", null);
        send("a", 2);
        await().until(() -> stored("b").isEmpty() && stored("a").orElseThrow().vector()[2] == 1);
        indexes.close();
        // An older copy of the index, of which searches have seen more.
        Path mark = Path.of("indexes", version + ".searchable.json");
        Files.copy(directory.resolve(mark), left.resolve(mark.getFileName()), StandardCopyOption.REPLACE_EXISTING);

        indexes = open(FAST, left);
        awaitReady(ModelStatus.ACTIVE);

        assertThat(stored("b")).isEmpty();
        assertThat(stored("a").orElseThrow().vector()).containsExactly(unit(2));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void shouldBuildAnewAnIndexThatIsDamagedAndNoOther() throws Exception {
        send("a", 0);
        send("b", 1);
        awaitReady(ModelStatus.ACTIVE);
        indexes.close();
        Path folder = directory.resolve("indexes").resolve(version);
        Path mark = Files.writeString(folder.resolve("mark.txt"), "goes with the folder");

        indexes = open();
        awaitReady(ModelStatus.ACTIVE);
        assertThat(mark).exists();
        indexes.close();
        Path damaged = largest(folder);
        byte[] content = Files.readAllBytes(damaged);
        content[content.length / 2] ^= 1;
        Files.write(damaged, content);

        indexes = open();
        awaitReady(ModelStatus.ACTIVE);

        assertThat(mark).doesNotExist();
        assertThat(index().store().count()).isEqualTo(2);
        assertThat(stored("a").orElseThrow().vector()).containsExactly(unit(0));
    }

    private static Path largest(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    @Test
    void shouldBuildAnewAnIndexOfATopicThatWasReplaced() throws Exception {
        send("a", 0);
        awaitReady(ModelStatus.ACTIVE);
        await().until(() -> stored("a").isPresent());
        indexes.close();
        new TopicAdmin(admin).delete(topic);
        await().until(() -> new TopicAdmin(admin).id(topic).isEmpty());
        createTopic();
        send("b", 1);

        indexes = open();
        awaitReady(ModelStatus.ACTIVE);

        assertThat(stored("a")).isEmpty();
        assertThat(stored("b")).isPresent();
    }

    @Test
    void shouldRemoveTheIndexOfARejectedVersion() {
        send("a", 0);
        awaitReady(ModelStatus.STAGED);
        Path folder = directory.resolve("indexes").resolve(version);
        assertThat(folder).isDirectory();

        follow(ModelStatus.REJECTED);

        await().untilAsserted(() -> {
            assertThat(indexes.find(version)).isEmpty();
            assertThat(folder).doesNotExist();
        });
    }

    private LaneIndexes open() {
        return open(FAST, directory.resolve("indexes"));
    }

    private LaneIndexes open(IndexingSettings settings, Path folder) {
        return new LaneIndexes(
                connection,
                serdes,
                settings,
                announced::addAll,
                new LuceneStores(folder, Clock.systemUTC()),
                folder,
                erasures,
                Telemetry.withoutSpans(),
                Clock.systemUTC());
    }

    private void createTopic() {
        Topics topics = Topics.defaults();
        new TopicAdmin(admin).apply(List.of(topics.embeddingsTopic(version, topics.partitions())));
    }

    private void awaitReady(ModelStatus status) {
        await().until(() -> {
            follow(status);
            return indexes.findReady(version).isPresent();
        });
    }

    private void follow(ModelStatus status) {
        ModelEvent event = ModelEvent.newBuilder()
                .setVersion(version)
                .setStatus(ModelStatus.CANDIDATE)
                .setReason("test")
                .setEventTime(NOW)
                .setPublishedTime(NOW)
                .setArtifactUri("file:///nowhere")
                .setManifestSha256("00")
                .setDimensions(4)
                .setPreprocessing("none")
                .setLineage(new Lineage(0L, 0L, 0, 0, Map.of()))
                .build();
        SoleDecider decider = SoleDecider.inMemory();
        decider.move(event, status);
        indexes.follow(decider.versions(), new TopicAdmin(admin), NOW);
    }

    private LaneIndex index() {
        return indexes.find(version).orElseThrow();
    }

    private Optional<EmbeddedImage> stored(String id) {
        return index().store().find(version + id);
    }

    private @Nullable String label(String id) {
        AtomicReference<@Nullable String> label = new AtomicReference<>();
        stored(id).ifPresent(image -> label.set(image.image().label()));
        return label.get();
    }

    private void send(String id, int axis) {
        send(topic, id, serdes.serializer(Embedding.class).serialize(topic, embedding(version, axis)));
    }

    private void label(String id, @Nullable String label) {
        send(
                Topics.LABELS,
                id,
                label == null
                        ? null
                        : serdes.serializer(LabelEvent.class)
                                .serialize(Topics.LABELS, new LabelEvent(label, "test", NOW)));
    }

    private void send(String to, String id, byte @Nullable [] value) {
        producer.send(new ProducerRecord<>(to, version + id, value));
        producer.flush();
    }

    private static Embedding embedding(String version, int axis) {
        return new Embedding(
                Vectors.encode(unit(axis)),
                version,
                "00ff",
                "image/png",
                Map.of(),
                NOW,
                new Coordinates(Topics.IMAGES, 0, 0L));
    }

    private static float[] unit(int axis) {
        float[] vector = new float[4];
        vector[axis] = 1;
        return vector;
    }
}
