package io.sightline.ingest.gateway;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestKafka;
import io.sightline.embedder.testing.TopicReader;
import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.schemas.avro.ErasureDone;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an image's content on its way into an event, on a real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngestApiIT {

    private static final byte[] SMALL = TestImages.png(10, 10, 1);
    private static final byte[] LARGE = TestImages.png(60, 60, 1);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Path directory;
    private Path root;
    private PayloadSettings settings;
    private TestKafka cluster;
    private RecordSerdes serdes;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    IngestApiIT() {}

    @BeforeAll
    void start(@TempDir Path folder) {
        directory = folder;
        root = folder.resolve("payloads");
        settings = PayloadSettings.at(root.toString()).withInlineMaxBytes(SMALL.length);
        cluster = TestKafka.start(folder.resolve("cluster"));
        serdes = new RecordSerdes(cluster.connection());
        serdes.register();
        try (Admin admin = Admin.create(cluster.connection().admin())) {
            new TopicAdmin(admin).apply(Topics.defaults().fixed());
        }
    }

    @AfterAll
    void stop() {
        http.close();
        cluster.close();
    }

    @Test
    void shouldReferToWhatIsLargerThanTheLimitAndCarryTheRest() throws Exception {
        try (IngestApi ingest = open(settings)) {
            assertThat(sent(post(ingest, "small", SMALL))).isTrue();
            assertThat(sent(post(ingest, "large", LARGE))).isTrue();
        }

        assertThat(onlyEvent("small").getPayload()).isEqualTo(new InlinePayload(ByteBuffer.wrap(SMALL)));
        PayloadReference reference = (PayloadReference) onlyEvent("large").getPayload();
        assertThat(reference.getSha256()).isEqualTo(Sha256.hex(LARGE));
        assertThat(reference.getSize()).isEqualTo(LARGE.length);
        assertThat(settings.openReader().content(onlyEvent("large"))).isEqualTo(LARGE);
        assertThat(onlyEvent("large").getContentType()).isEqualTo("image/png");
    }

    @Test
    void shouldRecogniseAContentThatComesAgainInlineOrByReference() throws Exception {
        PayloadSettings allInline = settings.withInlineMaxBytes(LARGE.length);
        try (IngestApi ingest = open(settings)) {
            assertThat(sent(post(ingest, "by reference", LARGE))).isTrue();
            assertThat(sent(post(ingest, "by reference", LARGE))).isFalse();
        }
        try (IngestApi ingest = open(allInline)) {
            assertThat(sent(post(ingest, "by reference", LARGE))).isFalse();
            assertThat(sent(post(ingest, "inline", LARGE))).isTrue();
        }
        try (IngestApi ingest = open(settings)) {
            assertThat(sent(post(ingest, "inline", LARGE))).isFalse();
        }

        assertThat(onlyEvent("by reference").getPayload()).isInstanceOf(PayloadReference.class);
        assertThat(onlyEvent("inline").getPayload()).isInstanceOf(InlinePayload.class);
    }

    @Test
    void shouldTakeNothingThatItCannotStore() throws Exception {
        byte[] image = TestImages.png(60, 60, 2);
        try (IngestApi ingest = open(settings)) {
            Path away = Files.move(root, directory.resolve("away"));
            HttpResponse<String> refused = post(ingest, "refused", image);
            HttpResponse<String> small = post(ingest, "small meanwhile", SMALL);
            Files.move(away, root);

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("2");
            JsonNode error = ApiServer.JSON.readTree(refused.body()).path("error");
            assertThat(error.path("type").asText()).isEqualTo("payload-store-unavailable");
            assertThat(error.path("message").asText()).contains("mount it").contains("send the image again");
            assertThat(sent(small)).isTrue();
            assertThat(events("refused")).isEmpty();

            assertThat(sent(post(ingest, "refused", image))).isTrue();
        }
        assertThat(settings.openReader().content(onlyEvent("refused"))).isEqualTo(image);
    }

    @Test
    void shouldSendAnEventAgainWhosePayloadWasLost() throws Exception {
        byte[] image = TestImages.png(60, 60, 3);
        try (IngestApi ingest = open(settings)) {
            post(ingest, "lost", image);
            PayloadReference reference = (PayloadReference) onlyEvent("lost").getPayload();
            Files.delete(Path.of(URI.create(reference.getUri())));

            assertThat(sent(post(ingest, "lost", image))).isTrue();
            assertThat(sent(post(ingest, "lost", image))).isFalse();
        }
        assertThat(events("lost"))
                .hasSize(2)
                .allSatisfy(event ->
                        assertThat(settings.openReader().content(event)).isEqualTo(image));
    }

    @Test
    void shouldDeleteAPayloadWhenNoImageHasItAnyMore() throws Exception {
        byte[] image = TestImages.png(60, 60, 9);
        try (IngestApi ingest = open(settings)) {
            post(ingest, "first", image);
            post(ingest, "second", image);
            PayloadReference reference = (PayloadReference) onlyEvent("first").getPayload();
            Path file = Path.of(URI.create(reference.getUri()));
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(ErasedPayloads.GRACE)));

            delete(ingest, "first");
            await().until(() -> isGone("first", "payload-store"));
            assertThat(file).exists();

            delete(ingest, "second");
            await().until(() -> isGone("second", "payload-store"));
            assertThat(file).doesNotExist();
            await().until(() -> isGone("second", "known-images"));
        }
    }

    @Test
    void shouldAnnounceTheErasureOfAllThatAnImageHadWhoeverDeletesIt() throws Exception {
        byte[] before = TestImages.png(60, 60, 10);
        try (IngestApi ingest = open(settings);
                KafkaProducer<String, byte[]> other = new KafkaProducer<>(
                        cluster.connection().producer("other"), new StringSerializer(), new ByteArraySerializer())) {
            other.send(new ProducerRecord<>(Topics.IMAGES, "never there", null)).get();
            post(ingest, "changed", before);
            post(ingest, "changed", SMALL);
            other.send(new ProducerRecord<>(Topics.IMAGES, "changed", new byte[] {1, 2, 3}))
                    .get();

            RecordMetadata deletion = other.send(new ProducerRecord<>(Topics.IMAGES, "changed", null))
                    .get();

            await().untilAsserted(() -> assertThat(erasures(Erasure.class))
                    .filteredOn(erasure -> erasure.getId().equals("changed"))
                    .singleElement()
                    .satisfies(erasure -> {
                        assertThat(erasure.getContentSha256s()).containsExactly(Sha256.hex(SMALL), Sha256.hex(before));
                        assertThat(erasure.getPartition()).isEqualTo(deletion.partition());
                        assertThat(erasure.getOffset()).isEqualTo(deletion.offset());
                    }));
            assertThat(erasures(Erasure.class)).extracting(Erasure::getId).doesNotContain("never there");
        }
    }

    private void delete(IngestApi ingest, String id) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(ingest.url() + "/v1/images/" + id))
                .DELETE()
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isLessThan(300);
    }

    private boolean isGone(String id, String place) {
        return erasures(ErasureDone.class).stream()
                .anyMatch(done -> done.getId().equals(id) && done.getPlace().equals(place));
    }

    private <T extends SpecificRecord> List<T> erasures(Class<T> type) {
        return TopicReader.readAll(cluster.connection(), Topics.ERASURES, serdes.deserializer(SpecificRecord.class))
                .stream()
                .map(ConsumerRecord::value)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private IngestApi open(PayloadSettings payloads) {
        return new IngestApi(
                cluster.connection(),
                serdes,
                ImageLimits.DEFAULT,
                payloads,
                directory.resolve("state-" + UUID.randomUUID()),
                Telemetry.withoutSpans(),
                HttpSettings.loopback(0),
                Clock.systemUTC());
    }

    private HttpResponse<String> post(IngestApi ingest, String id, byte[] image) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(ingest.url() + "/v1/images?id=" + id.replace(" ", "%20")))
                        .header("Content-Type", "application/octet-stream")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static boolean sent(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        return ApiServer.JSON.readTree(response.body()).path("sent").asBoolean();
    }

    private ImageEvent onlyEvent(String id) {
        List<ImageEvent> events = events(id);
        assertThat(events).hasSize(1);
        return events.getFirst();
    }

    /** Events of other ids may be anything. */
    private List<ImageEvent> events(String id) {
        Deserializer<ImageEvent> events = serdes.deserializer(ImageEvent.class);
        return TopicReader.readAll(cluster.connection(), Topics.IMAGES, new ByteArrayDeserializer()).stream()
                .filter(record -> record.key().equals(id) && record.value() != null)
                .map(record -> events.deserialize(Topics.IMAGES, record.value()))
                .toList();
    }
}
