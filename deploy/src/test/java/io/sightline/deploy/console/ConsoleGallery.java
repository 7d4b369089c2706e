package io.sightline.deploy.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.Stacks;
import io.sightline.deploy.bench.UntrainedNetwork;
import io.sightline.deploy.demo.ProceduralGallery;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.http.ApiServer;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.rollout.gates.GateSettings;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.trainer.nets.ConvNet;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;

/** A stack with two versions, a thousand labels, some hostile names and some dead letters. Close it once. */
final class ConsoleGallery implements AutoCloseable {

    static final int LABELS = 1_000;
    static final String SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    private static final Duration PATIENCE = Patience.LIMIT.multipliedBy(2);
    private static final byte[] JPEG = TestImages.jpeg(64, 64, 5);
    static final byte[] TRUNCATED = Arrays.copyOf(JPEG, JPEG.length - JPEG.length / 3);

    private final Path folder;
    private final Stack stack;
    private final HttpClient http = HttpClient.newHttpClient();

    private ConsoleGallery(Path folder) {
        this.folder = folder;
        // Long enough for the version before to be there in every test.
        RolloutSettings rollout =
                new RolloutSettings(Duration.ofHours(1)).with(new GateSettings(0.01, 200, 1000, 50, 1, 0));
        this.stack = Stack.start(Stacks.still(folder).with(rollout), what -> {});
    }

    static ConsoleGallery start(Path folder) throws Exception {
        ConsoleGallery gallery = new ConsoleGallery(folder);
        try {
            gallery.fill();
            return gallery;
        } catch (Exception | Error e) {
            gallery.close();
            throw e;
        }
    }

    String url() {
        return stack.searchUrl();
    }

    private void fill() throws Exception {
        List<DatasetImage> drawings = new ProceduralGallery(LABELS, 1, 7).images();
        for (DatasetImage drawing : drawings) {
            ingest(drawing.id(), drawing.content().read(), String.valueOf(drawing.label()), "phone");
        }
        ingest(SCRIPT, TestImages.png(40, 40, 1), SCRIPT, SCRIPT);
        dead("truncated/1", event(TRUNCATED));
        dead("truncated/2", event(Arrays.copyOf(TRUNCATED, 400)));
        dead(SCRIPT + "-dead", "garbage".getBytes(StandardCharsets.UTF_8));
        awaitImages("v1", LABELS + 1);
        publish("v2", 0.62, 0.31);
        awaitActive("v2");
        publish("v3", 0.74, 0.42);
        awaitActive("v3");
    }

    private void ingest(String id, byte[] image, String label, String source) throws Exception {
        String query = "id=" + encoded(id) + "&label=" + encoded(label) + "&tag.source=" + encoded(source);
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(stack.ingestUrl() + "/v1/images?" + query))
                        .header("Content-Type", "application/octet-stream")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(image))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    }

    private byte[] event(byte[] content) {
        return new RecordSerdes(stack.connection())
                .serializer(ImageEvent.class)
                .serialize(
                        Topics.IMAGES,
                        new ImageEvent(
                                new InlinePayload(ByteBuffer.wrap(content)),
                                "image/jpeg",
                                Map.of(),
                                "test",
                                Instant.now()));
    }

    private void dead(String id, byte[] value) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                stack.connection().producer("test"), new StringSerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.IMAGES, id, value)).get();
        }
    }

    private void publish(String version, double recall, double mapAtR) {
        Path models = DataDirectory.models(folder);
        try (UntrainedNetwork network = new UntrainedNetwork(
                        new ConvNet(Preprocessing.DRAWING, List.of(8, 16), 16), version.hashCode());
                ModelLog log = new ModelLog(stack.connection(), new RecordSerdes(stack.connection()))) {
            ModelEvent event = ModelEvent.newBuilder(UntrainedNetwork.event(network.write(models, version)))
                    .setCause("published")
                    .setParent("v1")
                    .setMetrics(Map.of(
                            "recallAt1",
                            recall,
                            "mapAtR",
                            mapAtR,
                            "parent.recallAt1",
                            recall - 0.1,
                            "parent.mapAtR",
                            mapAtR - 0.05))
                    .build();
            log.publish(event);
        }
    }

    private void awaitImages(String version, int images) {
        Awaitility.await(images + " images in " + version)
                .atMost(PATIENCE)
                .until(() -> get("/v1/status").path("images").path(version).asInt() >= images);
    }

    private void awaitActive(String version) {
        Awaitility.await(version + " active")
                .atMost(PATIENCE)
                .until(() -> get("/v1/status").path("active").asText().equals(version));
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return ApiServer.JSON.readTree(http.send(
                        HttpRequest.newBuilder(URI.create(url() + path)).build(), HttpResponse.BodyHandlers.ofString())
                .body());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
        stack.close();
    }
}
