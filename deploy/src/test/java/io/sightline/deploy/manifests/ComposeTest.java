package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What has to fit together in deploy/compose. */
class ComposeTest {

    private static final Compose COMPOSE = Compose.read();

    /** Images of others write into their own folders at the start. */
    private static final Set<String> WRITABLE = Set.of("kafka-1", "kafka-2", "kafka-3", "registry", "opensearch");

    static List<String> services() {
        return COMPOSE.services();
    }

    static List<String> ours() {
        return COMPOSE.ours();
    }

    @Test
    void shouldRunEverything() {
        assertThat(COMPOSE.ours()).containsExactly("ingest", "embedder", "trainer", "indexer");
        assertThat(COMPOSE.services())
                .contains("kafka-1", "kafka-2", "kafka-3", "registry", "opensearch", "prometheus", "grafana");
    }

    @ParameterizedTest
    @MethodSource("services")
    void shouldBeHardened(String name) {
        JsonNode service = COMPOSE.service(name);
        assertThat(Yaml.texts(service.path("security_opt"))).containsExactly("no-new-privileges:true");
        assertThat(Yaml.texts(service.path("cap_drop"))).containsExactly("ALL");
        assertThat(service.has("privileged")).isFalse();
        assertThat(service.path("read_only").asBoolean()).isEqualTo(!WRITABLE.contains(name));
        assertThat(service.at("/deploy/resources/limits/memory").asText()).isNotEmpty();
        assertThat(service.at("/deploy/resources/limits/cpus").asText()).isNotEmpty();
        assertThat(service.at("/healthcheck/test").size()).isGreaterThan(1);
        assertThat(service.path("image").asText()).contains(":").doesNotContain(":latest");
    }

    @ParameterizedTest
    @MethodSource("services")
    void shouldPublishPortsOnLoopbackOnly(String name) {
        List<String> ports = Yaml.texts(COMPOSE.service(name).path("ports"));
        assertThat(ports).allMatch(port -> port.startsWith("127.0.0.1:"));
        assertThat(ports.isEmpty())
                .isEqualTo(!Set.of("ingest", "indexer", "grafana").contains(name));
        List<String> networks = Yaml.texts(COMPOSE.service(name).path("networks"));
        assertThat(networks).isNotEmpty().isSubsetOf(COMPOSE.names("networks"));
        // Nothing is published from a network without a way out.
        assertThat(networks.contains("front")).isEqualTo(!ports.isEmpty());
        assertThat(COMPOSE.file().at("/networks/backing/internal").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("services")
    void shouldReferToWhatThereIs(String name) {
        JsonNode service = COMPOSE.service(name);
        assertThat(Yaml.texts(service.path("secrets"))).isSubsetOf(COMPOSE.names("secrets"));
        service.path("configs")
                .forEach(config -> assertThat(config.path("source").asText()).isIn(COMPOSE.names("configs")));
        assertThat(service.path("depends_on").fieldNames()).toIterable().isSubsetOf(COMPOSE.services());
        service.path("depends_on")
                .forEach(condition ->
                        assertThat(condition.path("condition").asText()).isEqualTo("service_healthy"));
        COMPOSE.mounts(name).forEach(mount -> {
            if (mount[0].startsWith(".")) {
                assertThat(mount).as("%s", (Object) mount).hasSize(3).endsWith("ro");
            } else {
                assertThat(mount[0]).isIn(COMPOSE.names("volumes"));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("services")
    void shouldMountFilesThatThereAre(String name) {
        COMPOSE.mounts(name)
                .map(mount -> mount[0])
                .filter(source -> source.startsWith(".") && !source.startsWith("./secrets"))
                .map(source -> Compose.folder().resolve(source).normalize())
                .forEach(path -> {
                    assumeTrue(
                            Files.isDirectory(Yaml.deploy("observability")),
                            "this build has no deploy/observability yet");
                    assertThat(path).exists();
                });
        COMPOSE.file()
                .path("configs")
                .forEach(config -> assertThat(
                                Compose.folder().resolve(config.path("file").asText()))
                        .exists());
    }

    @Test
    void shouldMakeTheSecretsThatItMounts() throws IOException {
        String script = Files.readString(Compose.folder().resolve("make-secrets"));
        assertThat(Compose.folder().resolve("make-secrets")).isExecutable();
        assertThat(script).contains("$secrets/keys/keys.json");
        COMPOSE.file().path("secrets").forEach(secret -> {
            String path = Compose.resolved(secret.path("file").asText());
            assertThat(path).startsWith("./secrets/");
            assertThat(script).contains(path.replace("./secrets", "$secrets"));
        });
        assertThat(Files.readString(Compose.folder().resolve(".gitignore"))).contains("secrets/", ".env");
    }

    @Test
    void shouldDescribeItsVariables() throws IOException {
        String text = Files.readString(Compose.folder().resolve("compose.yaml"));
        String example = Files.readString(Compose.folder().resolve(".env.example"));
        Matcher used = Pattern.compile("\\$\\{([A-Z_]+):-([^}]*)}").matcher(text);
        int count = 0;
        while (used.find()) {
            count++;
            assertThat(example).contains(used.group(1) + "=" + used.group(2) + "\n");
        }
        assertThat(count).isGreaterThan(4);
    }

    @ParameterizedTest
    @MethodSource("ours")
    void shouldRunTheImageOfThisVersion(String name) {
        JsonNode service = COMPOSE.service(name);
        assertThat(Compose.resolved(service.path("image").asText()))
                .isEqualTo(Images.name() + ":" + Images.version() + "-cpu");
        assertThat(service.at("/environment/SIGHTLINE_CONFIG").asText())
                .isEqualTo(service.at("/configs/0/target").asText());
        assertThat(service.path("stop_grace_period").asText()).isEqualTo("75s");
        // Libraries are unpacked there and loaded; Docker's own default forbids that.
        assertThat(Yaml.texts(service.path("tmpfs")))
                .singleElement()
                .asString()
                .startsWith("/tmp:")
                .contains("exec");
        assertThat(service.at("/healthcheck/test").toString()).contains("/v1/health/ready");
    }

    @Test
    void shouldTakeNoMoreLargeImagesAtOnceThanTheHeapHolds() {
        assertThat(COMPOSE.service("ingest")
                        .at("/environment/SIGHTLINE_LIMITS_REQUESTS_AT_ONCE")
                        .asText())
                .isEqualTo("64");
    }

    @Test
    void shouldKeepWhatIsAcknowledgedOnTwoBrokers() {
        for (String broker : List.of("kafka-1", "kafka-2", "kafka-3")) {
            JsonNode environment = COMPOSE.service(broker).path("environment");
            assertThat(environment.path("KAFKA_DEFAULT_REPLICATION_FACTOR").asInt())
                    .isEqualTo(3);
            assertThat(environment.path("KAFKA_MIN_INSYNC_REPLICAS").asInt()).isEqualTo(2);
            assertThat(environment.path("KAFKA_NODE_ID").asText()).isEqualTo(broker.replace("kafka-", ""));
            assertThat(environment.path("KAFKA_ADVERTISED_LISTENERS").asText()).contains("//" + broker + ":");
            assertThat(environment.path("KAFKA_CONTROLLER_QUORUM_VOTERS").asText())
                    .contains(environment.path("KAFKA_NODE_ID").asText() + "@" + broker + ":");
            assertThat(environment.path("KAFKA_MESSAGE_MAX_BYTES").asInt()).isEqualTo(16 << 20);
        }
    }

    @Test
    void shouldBeUnderstoodByDockerCompose() throws Exception {
        Path log = Files.createTempFile("compose", ".log");
        try {
            assumeTrue(run(log, "docker", "compose", "version"), "there is no docker compose");
            assertThat(run(
                            log,
                            "docker",
                            "compose",
                            "--file",
                            Compose.folder().resolve("compose.yaml").toString(),
                            "config",
                            "--quiet"))
                    .as("%s", Files.readString(log))
                    .isTrue();
        } finally {
            Files.delete(log);
        }
    }

    private static boolean run(Path log, String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
