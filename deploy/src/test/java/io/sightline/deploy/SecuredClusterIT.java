package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.Stack;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.LabelPolicy;
import io.sightline.local.LocalRegistry;
import io.sightline.local.SecuredBroker;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.Topics;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers with TLS and SASL, and a registry with basic authentication. */
class SecuredClusterIT {

    private static final String PASSWORD = "planted-broker-password";
    private static final String REGISTRY_PASSWORD = "planted-registry-password";
    private static final int CLASSES = 2;
    private static final int IMAGES = 4;

    @TempDir
    static Path directory;

    private static SecuredBroker broker;
    private static LocalRegistry registry;
    private static GuardedRegistry guarded;

    @BeforeAll
    static void start() throws Exception {
        broker = SecuredBroker.start(directory.resolve("broker"), PASSWORD);
        registry = LocalRegistry.start(directory.resolve("registry"), 0);
        guarded = new GuardedRegistry(registry.url(), "schemas", REGISTRY_PASSWORD);
    }

    @AfterAll
    static void stop() {
        guarded.close();
        registry.close();
        broker.close();
    }

    @Test
    @Tag("slow")
    void shouldServeWithWhatAFileSays() throws Exception {
        Path settings = settings();
        try (SightlineProcess ingest = serve(settings, "ingest", "--port", "0");
                SightlineProcess embedder = serve(settings, "embedder", "--port", "0");
                SightlineProcess indexer = serve(settings, "indexer", "--port", "0");
                SightlineProcess trainer = serve(
                        settings,
                        "trainer",
                        "--port",
                        "0",
                        "--images",
                        "drawing",
                        "--widths",
                        "8,16",
                        "--dimensions",
                        "16")) {
            String gateway = ingest.printed("ready: ingest at ");
            String search = indexer.printed("ready: indexer at ");
            assertThat(embedder.printed("ready: embedder at ")).startsWith("http://127.0.0.1");
            assertThat(trainer.printed("ready: trainer at ")).startsWith("http://127.0.0.1");
            try (BulkLoader loader = new BulkLoader(URI.create(gateway), 4);
                    SearchClient client = new SearchClient(search)) {
                assertThat(loader.load(Drawings.of(CLASSES, IMAGES), LabelPolicy.ALL, () -> {})
                                .sent())
                        .isEqualTo(CLASSES * IMAGES);

                Waits.until(
                        "all images in the index of the first version",
                        Waits.ROUNDS,
                        client,
                        () -> client.get("/v1/status")
                                        .path("images")
                                        .path(client.get("/v1/status")
                                                .path("active")
                                                .asText(""))
                                        .asLong()
                                == CLASSES * IMAGES);
            }
            assertThat(ingest.handle().info().commandLine().orElse("")).doesNotContain(PASSWORD, REGISTRY_PASSWORD);
        }
        for (String service : List.of("ingest", "embedder", "indexer", "trainer")) {
            assertThat(Files.readString(directory.resolve(service + ".out")))
                    .doesNotContain(PASSWORD, REGISTRY_PASSWORD);
        }
    }

    @Test
    void shouldSayWhatToDoWithoutSettings() {
        assertThatThrownBy(() -> Stack.applyTopics(connection(Map.of(), true), Topics.defaults()))
                .hasMessageContaining("sightline.kafka.client.security.protocol");
    }

    @Test
    void shouldSayWhatToDoWithoutTrust() {
        Map<String, String> kafka = kafka(PASSWORD);
        kafka.remove("ssl.truststore.location");
        kafka.remove("ssl.truststore.type");

        assertThatThrownBy(() -> Stack.applyTopics(connection(kafka, true), Topics.defaults()))
                .hasMessageContaining("sightline.kafka.client.ssl.truststore.location");
    }

    @Test
    void shouldSayWhatToDoWithAWrongPassword() {
        assertThatThrownBy(() -> Stack.applyTopics(connection(kafka("planted-wrong"), true), Topics.defaults()))
                .hasMessageContaining("sightline.kafka.password-file")
                .hasMessageNotContaining("planted-wrong");
    }

    @Test
    void shouldSayWhatToDoWithoutAUserOfTheRegistry() {
        assertThatThrownBy(() -> Stack.applyTopics(connection(kafka(PASSWORD), false), Topics.defaults()))
                .hasMessageContaining("sightline.registry.user");
    }

    private static Path settings() throws Exception {
        Path password = Files.writeString(directory.resolve("broker-password"), PASSWORD + "\n");
        Path schemas = Files.writeString(directory.resolve("registry-password"), REGISTRY_PASSWORD + "\n");
        return Files.writeString(directory.resolve("sightline.yaml"), """
                sightline:
                  kafka:
                    bootstrap-servers: %s
                    user: %s
                    password-file: %s
                    client:
                      security.protocol: SASL_SSL
                      sasl.mechanism: PLAIN
                      ssl.truststore.type: PEM
                      ssl.truststore.location: %s
                  registry:
                    url: %s
                    user: schemas
                    password-file: %s
                """.formatted(
                broker.bootstrapServers(), SecuredBroker.USER, password, broker.certificate(), guarded.url(), schemas));
    }

    private static Map<String, String> kafka(String password) {
        return new HashMap<>(Map.of(
                "security.protocol", "SASL_SSL",
                "sasl.mechanism", "PLAIN",
                "ssl.truststore.type", "PEM",
                "ssl.truststore.location", broker.certificate().toString(),
                "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\""
                                + SecuredBroker.USER + "\" password=\"" + password + "\";"));
    }

    /** Impatient, so that a refusal comes soon. */
    private static KafkaConnection connection(Map<String, String> kafka, boolean signsIn) {
        Map<String, String> impatient = new HashMap<>(kafka);
        impatient.put("default.api.timeout.ms", "10000");
        impatient.put("request.timeout.ms", "5000");
        return new KafkaConnection(
                broker.bootstrapServers(),
                guarded.url(),
                impatient,
                signsIn
                        ? Map.of(
                                "basic.auth.credentials.source",
                                "USER_INFO",
                                "basic.auth.user.info",
                                "schemas:" + REGISTRY_PASSWORD)
                        : Map.of());
    }

    private static SightlineProcess serve(Path settings, String service, String... more) throws Exception {
        List<String> all = new java.util.ArrayList<>(List.of(
                "serve",
                service,
                "--config",
                settings.toString(),
                "--dir",
                directory.resolve("data").toString()));
        all.addAll(List.of(more));
        return SightlineProcess.start(directory.resolve(service + ".out"), all.toArray(String[]::new))
                .awaitReady();
    }
}
