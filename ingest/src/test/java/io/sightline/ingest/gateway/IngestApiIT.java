package io.sightline.ingest.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TopicReader;
import io.sightline.http.ApiServer;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
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
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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
    private LocalCluster cluster;
    private RecordSerdes serdes;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    IngestApiIT() {}

    @BeforeAll
    void start(@TempDir Path folder) {
        directory = folder;
        root = folder.resolve("payloads");
        settings = PayloadSettings.at(root.toString()).withInlineMaxBytes(SMALL.length);
        cluster = LocalCluster.start(folder.resolve("cluster"), 0, 0);
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

    private IngestApi open(PayloadSettings payloads) {
        return new IngestApi(
                cluster.connection(),
                serdes,
                ImageLimits.DEFAULT,
                payloads,
                directory.resolve("state-" + UUID.randomUUID()),
                "127.0.0.1",
                0,
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

    private List<ImageEvent> events(String id) {
        return TopicReader.readAll(cluster.connection(), Topics.IMAGES, serdes.deserializer(ImageEvent.class)).stream()
                .filter(record -> record.key().equals(id))
                .map(ConsumerRecord::value)
                .toList();
    }
}
