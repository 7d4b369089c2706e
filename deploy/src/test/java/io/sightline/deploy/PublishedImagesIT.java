package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.client.SearchClient;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The four services as processes against the published images of Kafka, of the genuine Confluent Schema Registry and of
 * OpenSearch, with the versions of deploy/compose. Skipped where there is no Docker.
 */
@Testcontainers(disabledWithoutDocker = true)
class PublishedImagesIT {

    private static final int CLASSES = 10;
    private static final int IMAGES = 8;
    private static final int REGISTRY_PORT = 8081;
    private static final int OPENSEARCH_PORT = 9200;
    private static final String MOST_BYTES = String.valueOf(16 << 20);

    /** From the first pull of the image, which is the slow part. */
    private static final Duration STARTUP = Duration.ofMinutes(5);

    private static final Network NETWORK = Network.newNetwork();

    /** Clients on this machine use the mapped port; the registry, on the same network, the second listener. */
    @Container
    private static final KafkaContainer KAFKA = new KafkaContainer(DockerImageName.parse("apache/kafka:4.1.0"))
            .withNetwork(NETWORK)
            .withListener("kafka:19092")
            .withEnv("KAFKA_MESSAGE_MAX_BYTES", MOST_BYTES)
            .withEnv("KAFKA_REPLICA_FETCH_MAX_BYTES", MOST_BYTES)
            .withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .withEnv("KAFKA_HEAP_OPTS", "-Xmx512m")
            .withStartupTimeout(STARTUP);

    @Container
    private static final GenericContainer<?> REGISTRY = new GenericContainer<>(
                    DockerImageName.parse("confluentinc/cp-schema-registry:7.9.2"))
            .withNetwork(NETWORK)
            .dependsOn(KAFKA)
            .withExposedPorts(REGISTRY_PORT)
            .withEnv("SCHEMA_REGISTRY_HOST_NAME", "registry")
            .withEnv("SCHEMA_REGISTRY_LISTENERS", "http://0.0.0.0:" + REGISTRY_PORT)
            .withEnv("SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS", "PLAINTEXT://kafka:19092")
            .withEnv("SCHEMA_REGISTRY_HEAP_OPTS", "-Xmx256m")
            .waitingFor(Wait.forHttp("/subjects").forStatusCode(200).withStartupTimeout(STARTUP));

    @Container
    private static final GenericContainer<?> OPENSEARCH = new GenericContainer<>(
                    DockerImageName.parse("opensearchproject/opensearch:3.5.0"))
            .withExposedPorts(OPENSEARCH_PORT)
            .withEnv("discovery.type", "single-node")
            .withEnv("DISABLE_SECURITY_PLUGIN", "true")
            // Its demo certificates, which it would make otherwise, ask for a password.
            .withEnv("DISABLE_INSTALL_DEMO_CONFIG", "true")
            .withEnv("OPENSEARCH_JAVA_OPTS", "-Xms768m -Xmx768m")
            .waitingFor(Wait.forHttp("/_cluster/health").forStatusCode(200).withStartupTimeout(STARTUP));

    @TempDir
    Path directory;

    @Test
    void shouldIndexSearchSwapAndDelete() throws Exception {
        List<DatasetImage> images = Drawings.of(CLASSES, IMAGES);
        try (SightlineProcess ingest = serve("ingest");
                SightlineProcess embedder = serve("embedder");
                SightlineProcess indexer = serve(
                        "indexer",
                        "--store=opensearch",
                        "--opensearch-url=" + address(OPENSEARCH, OPENSEARCH_PORT),
                        "--opensearch-replicas=0");
                SightlineProcess trainer = serve(
                        "trainer",
                        "--images=drawing",
                        "--widths=8,16",
                        "--dimensions=16",
                        "--round-steps=50",
                        "--gate-margin=-1",
                        "--min-interval=PT0S")) {
            URI gateway = URI.create(ingest.awaitReady().printed("ready: ingest at "));
            String search = indexer.awaitReady().printed("ready: indexer at ");
            embedder.awaitReady();
            trainer.awaitReady();
            try (HttpClient http = HttpClient.newHttpClient();
                    BulkLoader loader = new BulkLoader(gateway, 4);
                    SearchClient client = new SearchClient(search)) {
                assertThat(loader.load(images, LabelPolicy.ALL, () -> {}).sent())
                        .isEqualTo(images.size());

                Waits.until(
                        "a version after the first",
                        Waits.ROUNDS,
                        client,
                        () -> client.get("/v1/status").path("active").asText("").compareTo("v1") > 0);
                byte[] image = images.getFirst().content().read();
                SearchClient.Neighbour found = nearest(client, image);
                assertThat(found.version()).isNotEqualTo("v1");
                assertThat(found.label()).isEqualTo(images.getFirst().label());

                HttpResponse<Void> deleted = http.send(
                        HttpRequest.newBuilder(gateway.resolve("/v1/images/" + found.id()))
                                .DELETE()
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                assertThat(deleted.statusCode()).isEqualTo(204);
                await("the deleted image is gone")
                        .untilAsserted(
                                () -> assertThat(nearest(client, image).id()).isNotEqualTo(found.id()));
            }
            for (SightlineProcess service : List.of(trainer, indexer, embedder, ingest)) {
                // 128 + 15: ended by SIGTERM, after closing.
                assertThat(service.terminate()).isEqualTo(143);
            }
        }
    }

    private static SearchClient.Neighbour nearest(SearchClient client, byte[] image) throws Exception {
        return client.search(image, 1, Map.of(), "").neighbours().getFirst();
    }

    private static String address(GenericContainer<?> container, int port) {
        return "http://" + container.getHost() + ":" + container.getMappedPort(port);
    }

    private SightlineProcess serve(String service, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "serve",
                service,
                "--bootstrap-servers=" + KAFKA.getBootstrapServers(),
                "--schema-registry=" + address(REGISTRY, REGISTRY_PORT),
                "--dir=" + directory,
                "--port=0"));
        arguments.addAll(List.of(more));
        return SightlineProcess.start(directory.resolve(service + ".out"), arguments.toArray(String[]::new));
    }
}
