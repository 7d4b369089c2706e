package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.payload.PayloadStore;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TopicReader;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Images too large for an event, from the gateway to the index, and what a store of payloads can do wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClaimCheckIT {

    private static final int INLINE_MAX_BYTES = 64;
    private static final int IN_STORE = 6;
    private static final Duration AWAY = Duration.ofSeconds(4);

    private StackSettings settings;
    private Path root;
    private PayloadStore store;
    private Stack stack;
    private SearchClient search;
    private RecordSerdes serdes;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    ClaimCheckIT() {}

    @BeforeAll
    void start(@TempDir Path directory) {
        root = DataDirectory.payloads(directory);
        PayloadSettings payloads = PayloadSettings.at(root.toString()).withInlineMaxBytes(INLINE_MAX_BYTES);
        settings = Stacks.still(directory).with(payloads);
        store = payloads.openStore();
        stack = Stack.start(settings, what -> {});
        search = new SearchClient(stack.searchUrl());
        serdes = new RecordSerdes(stack.connection());
    }

    @AfterAll
    void stop() {
        search.close();
        stack.close();
    }

    @Test
    void shouldFindLargeImagesBySearchAndCheckThem() throws Exception {
        List<DatasetImage> images = Drawings.of(2, IN_STORE / 2);
        try (BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 4)) {
            assertThat(loader.load(images, LabelPolicy.ALL, () -> {}).sent()).isEqualTo(IN_STORE);
            assertThat(loader.load(images, LabelPolicy.ALL, () -> {}).unchanged())
                    .isEqualTo(IN_STORE);
        }

        for (DatasetImage image : images) {
            awaitFound(image.id(), image.content().read());
        }
        assertThat(event(images.getFirst().id()).getPayload()).isInstanceOf(PayloadReference.class);
        CheckReport report = await().pollInterval(Duration.ofMillis(500)).until(this::check, CheckReport::isClean);
        assertThat(report.sampled()).isGreaterThanOrEqualTo(IN_STORE);
    }

    @Test
    void shouldMakeADeadLetterOfAnImageWithoutItsPayload() throws Exception {
        PayloadReference reference = store.put(TestImages.png(40, 40, 101));
        Files.delete(file(reference));

        produce("missing", reference);

        assertThat(awaitDeadLetter("missing").getReason()).isEqualTo(DeadLetterReason.PAYLOAD_MISSING);
    }

    @Test
    void shouldMakeADeadLetterOfAnAlteredImageUntilItIsSentAgain() throws Exception {
        byte[] image = TestImages.png(40, 40, 102);
        PayloadReference reference = store.put(image);
        Files.write(file(reference), TestImages.png(40, 40, 103));

        produce("altered", reference);
        assertThat(awaitDeadLetter("altered").getReason()).isEqualTo(DeadLetterReason.HASH_MISMATCH);

        ingest("altered", image);
        awaitFound("altered", image);
    }

    @Test
    void shouldOnlyDelayImagesWhileTheStoreIsAway() throws Exception {
        byte[] image = TestImages.png(40, 40, 104);
        PayloadReference reference = store.put(image);
        Path away = Files.move(root, root.resolveSibling("away"));

        produce("delayed", reference);
        await().during(AWAY)
                .atMost(AWAY.plus(Patience.LIMIT))
                .until(() -> !isIndexed("delayed") && deadLetter("delayed").isEmpty());
        Files.move(away, root);

        awaitFound("delayed", image);
        assertThat(deadLetter("delayed")).isEmpty();
    }

    private CheckReport check() {
        return new ConsistencyCheck(
                        stack.connection(),
                        DataDirectory.indexes(settings.directory()),
                        settings.payloads().openReader(),
                        1000)
                .run();
    }

    private void ingest(String id, byte[] image) throws Exception {
        DatasetImage wanted = new DatasetImage(id, null, null, Map.of(), () -> image);
        try (BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 1)) {
            assertThat(loader.load(List.of(wanted), LabelPolicy.ALL, () -> {}).sent())
                    .isEqualTo(1);
        }
    }

    /** Past the gateway, as another producer would. */
    private void produce(String id, PayloadReference reference) throws Exception {
        ImageEvent event = new ImageEvent(reference, "image/png", Map.of(), "test", Instant.EPOCH);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                stack.connection().producer("test"), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.IMAGES,
                            id,
                            serdes.serializer(ImageEvent.class).serialize(Topics.IMAGES, event)))
                    .get();
        }
    }

    private void awaitFound(String id, byte[] image) {
        await().ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(search.search(image, 1, Map.of(), "").neighbours())
                                .extracting(SearchClient.Neighbour::id)
                                .containsExactly(id));
    }

    private boolean isIndexed(String id) {
        try {
            return search.get("/v1/images/" + id).path("id").asText().equals(id);
        } catch (Exception e) {
            return false;
        }
    }

    private DeadLetter awaitDeadLetter(String id) {
        return await().until(() -> deadLetter(id), Optional::isPresent).orElseThrow();
    }

    private Optional<DeadLetter> deadLetter(String id) {
        return TopicReader.readAll(stack.connection(), Topics.DEAD_LETTERS, serdes.deserializer(DeadLetter.class))
                .stream()
                .filter(record -> record.key().equals(id))
                .map(ConsumerRecord::value)
                .findFirst();
    }

    private ImageEvent event(String id) {
        return TopicReader.readAll(stack.connection(), Topics.IMAGES, serdes.deserializer(ImageEvent.class)).stream()
                .filter(record -> record.key().equals(id))
                .map(ConsumerRecord::value)
                .findFirst()
                .orElseThrow();
    }

    private static Path file(PayloadReference reference) {
        return Path.of(URI.create(reference.getUri()));
    }
}
