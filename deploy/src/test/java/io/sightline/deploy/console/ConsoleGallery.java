package io.sightline.deploy.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.ImageSender;
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
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.trainer.nets.ConvNet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    private final ImageSender sender;
    private final HttpClient http = HttpClient.newHttpClient();

    private ConsoleGallery(Path folder) {
        this.folder = folder;
        // Long enough for the version before to be there in every test.
        RolloutSettings rollout =
                new RolloutSettings(Duration.ofHours(1)).with(new GateSettings(0.01, 200, 1000, 50, 1, 0));
        this.stack = Stack.start(Stacks.still(folder).with(rollout), what -> {});
        this.sender = new ImageSender(stack);
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
            post(drawing.id(), drawing.content().read(), String.valueOf(drawing.label()), "phone");
        }
        post(SCRIPT, TestImages.png(40, 40, 1), SCRIPT, SCRIPT);
        sender.produce("truncated/1", sender.event(TRUNCATED, Instant.now()));
        sender.produce("truncated/2", sender.event(Arrays.copyOf(TRUNCATED, 400), Instant.now()));
        sender.produce(SCRIPT + "-dead", "garbage".getBytes(StandardCharsets.UTF_8));
        awaitImages("v1", LABELS + 1);
        publish("v2", 0.62, 0.31);
        awaitActive("v2");
        publish("v3", 0.74, 0.42);
        awaitActive("v3");
    }

    private void post(String id, byte[] image, String label, String source) throws Exception {
        sender.post(id, image, Map.of("label", label, "tag.source", source));
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

    @Override
    public void close() {
        http.close();
        sender.close();
        stack.close();
    }
}
