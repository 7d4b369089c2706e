package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.LabelPolicy;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each service a process of its own, against the broker and the registry of this one. */
@Tag("slow")
class SeparateServicesIT {

    private static final int CLASSES = 10;
    private static final int IMAGES = 8;

    @TempDir
    Path directory;

    @Test
    void shouldWorkTogetherAcrossProcesses() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"), 0, 0);
                SightlineProcess ingest = serve(cluster.connection(), "ingest", "--port", "0");
                SightlineProcess embedder = serve(cluster.connection(), "embedder", "--port", "0");
                SightlineProcess indexer = serve(cluster.connection(), "indexer", "--port", "0");
                SightlineProcess trainer = serve(
                        cluster.connection(),
                        "trainer",
                        "--port",
                        "0",
                        "--images",
                        "drawing",
                        "--widths",
                        "8,16",
                        "--dimensions",
                        "16",
                        "--round-steps",
                        "50",
                        "--gate-margin",
                        "-1",
                        "--min-interval",
                        "PT0S")) {
            String gateway = ingest.awaitReady().printed("ready: ingest at ");
            String search = indexer.awaitReady().printed("ready: indexer at ");
            String lanes = embedder.awaitReady().printed("ready: embedder at ");
            String training = trainer.awaitReady().printed("ready: trainer at ");
            List<String> services = List.of(gateway, lanes, search, training);
            try (HttpClient http = HttpClient.newHttpClient();
                    BulkLoader loader = new BulkLoader(URI.create(gateway), 4);
                    SearchClient client = new SearchClient(search)) {
                BulkLoader.Report loaded = loader.load(Drawings.of(CLASSES, IMAGES), LabelPolicy.ALL, () -> {});
                assertThat(loaded.refused()).isEmpty();
                // One whose answer did not come in time was sent again, and was there already.
                assertThat(loaded.sent() + loaded.unchanged()).isEqualTo(CLASSES * IMAGES);

                // Version 1 is the initial network; a later one was learned from the labels in another process.
                Waits.until(
                        "a version that was trained",
                        Waits.ROUNDS,
                        client,
                        () -> client.get("/v1/status").path("active").asText("").compareTo("v1") > 0
                                && client.get("/v1/models")
                                                .path(1)
                                                .path("steps")
                                                .asLong()
                                        > 0);
                try (SearchClient status = new SearchClient(training)) {
                    assertThat(status.get("/v1/trainer").path("steps").asLong()).isPositive();
                    assertThat(status.get("/v1/trainer/curves")).isNotEmpty();
                    HttpResponse<String> report = http.send(
                            HttpRequest.newBuilder(URI.create(training + "/v1/trainer/reports/v2"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    assertThat(report.body()).contains("<svg", "MAP@R");
                }
                for (String service : services) {
                    assertWatched(http, service);
                }
                ConsistencyCheck check = new ConsistencyCheck(
                        cluster.connection(),
                        DataDirectory.indexes(directory),
                        PayloadSettings.at(DataDirectory.payloads(directory).toString())
                                .openReader(),
                        CLASSES * IMAGES);
                CheckReport report =
                        await().pollInterval(Duration.ofSeconds(1)).until(check::run, CheckReport::isClean);
                assertThat(report.indexed()).isEqualTo(CLASSES * IMAGES);

                assertThat(loader.load(Drawings.of(CLASSES, IMAGES), LabelPolicy.ALL, () -> {})
                                .unchanged())
                        .isEqualTo(CLASSES * IMAGES);
                assertOperable(cluster.connection(), client, search, training);
            }
            for (SightlineProcess service : new SightlineProcess[] {trainer, indexer, embedder, ingest}) {
                // 128 + 15: ended by SIGTERM, after closing.
                assertThat(service.terminate()).isEqualTo(143);
            }
        }
    }

    /** What probes and Prometheus ask. */
    private static void assertWatched(HttpClient http, String service) throws Exception {
        for (String path : List.of("/v1/health/live", "/v1/health/ready", "/metrics")) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(service + path)).build(), HttpResponse.BodyHandlers.ofString());

            assertThat(response.statusCode())
                    .as("%s%s: %s", service, path, response.body())
                    .isEqualTo(200);
            if (path.equals("/metrics")) {
                assertThat(response.body())
                        .as(service)
                        .contains("jvm_memory_used_bytes", "kafka_", "sightline_ready", "sightline_live");
            }
        }
    }

    /** The commands that runbooks send operators to, on versions that change meanwhile. */
    private void assertOperable(KafkaConnection connection, SearchClient client, String search, String training)
            throws Exception {
        assertThat(Commands.run("status", "--url", search)).contains("active   v", "images searchable", "lag ");
        assertThat(Commands.run("trainer", "status", "--url", training)).contains("step");
        assertThat(Commands.run("models", "show", "v1", "--url", search)).contains("history", "CANDIDATE", "STAGED");
        assertThat(Commands.run(
                        "topics",
                        "apply",
                        "--bootstrap-servers",
                        connection.bootstrapServers(),
                        "--schema-registry",
                        connection.schemaRegistry()))
                .contains("UNCHANGED sightline.images", "schema ");

        String before = client.get("/v1/status").path("active").asText();
        assertThat(Commands.run("models", "rollback", "v1", "--url", search)).contains("v1: RETIRED -> ACTIVE");
        assertThat(Commands.run("models", "promote", before, "--url", search)).contains(before + ": RETIRED -> ACTIVE");
        assertThat(Commands.run("models", "retire", "v1", "--url", search)).contains("v1: RETIRED -> ");

        assertThat(Commands.fail(
                        "erasure",
                        "withdraw",
                        "nobody",
                        "--bootstrap-servers",
                        connection.bootstrapServers(),
                        "--schema-registry",
                        connection.schemaRegistry()))
                .contains("nobody");
    }

    private SightlineProcess serve(KafkaConnection connection, String service, String... more) throws Exception {
        String[] common = {
            "serve",
            service,
            "--bootstrap-servers",
            connection.bootstrapServers(),
            "--schema-registry",
            connection.schemaRegistry(),
            "--dir",
            directory.toString()
        };
        String[] all = java.util.stream.Stream.concat(java.util.Arrays.stream(common), java.util.Arrays.stream(more))
                .toArray(String[]::new);
        return SightlineProcess.start(directory.resolve(service + ".out"), all);
    }
}
