package io.sightline.deploy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.deploy.stack.Ports;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.http.RequestLimits;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {

    @TempDir
    Path directory;

    @Test
    void shouldHaveTheDefaultsOfTheSettings() {
        Configuration configuration = read(Map.of(), new Properties(), Map.of(), null);

        configuration.requireSound();
        assertThat(LaneConfig.settings(configuration.get(LaneConfig.class))).isEqualTo(LaneSettings.DEFAULT);
        assertThat(RolloutConfig.settings(configuration.get(RolloutConfig.class)))
                .isEqualTo(RolloutSettings.DEFAULT);
        assertThat(LimitsConfig.limits(configuration.get(LimitsConfig.class))).isEqualTo(RequestLimits.DEFAULT);
        assertThat(TopicsConfig.topics(configuration.get(TopicsConfig.class))).isEqualTo(Topics.defaults());
        assertThat(PortsConfig.ports(configuration.get(PortsConfig.class))).isEqualTo(Ports.DEFAULT);
        assertThat(Servers.settings(configuration, 80).host()).isEqualTo("127.0.0.1");
        assertThat(Servers.settings(configuration, 80).port()).isEqualTo(80);
    }

    @Test
    void shouldTakeTheHighestSource() throws IOException {
        Path file = file("a.yaml", """
                sightline:
                  lanes: {max-batch: 1, threads: 1, known-vectors: 1, batch-delay: 1}
                """);
        Properties properties = new Properties();
        properties.setProperty("sightline.lanes.max-batch", "3");
        properties.setProperty("sightline.lanes.threads", "3");
        Map<String, String> environment = Map.of(
                "SIGHTLINE_LANES_MAX_BATCH", "2", "SIGHTLINE_LANES_THREADS", "2", "SIGHTLINE_LANES_KNOWN_VECTORS", "2");
        Map<String, Sources.Given> commandLine =
                Map.of("sightline.lanes.max-batch", new Sources.Given("4", "command line, --max-batch"));

        Configuration configuration = read(commandLine, properties, environment, file);

        configuration.requireSound();
        LaneConfig lanes = configuration.get(LaneConfig.class);
        assertThat(lanes.maxBatch()).isEqualTo(4);
        assertThat(lanes.threads()).isEqualTo(3);
        assertThat(lanes.knownVectors()).isEqualTo(2);
        assertThat(lanes.batchDelay()).isEqualTo(1);
        assertThat(configuration.shown())
                .extracting(one -> one.key() + " " + one.origin())
                .contains(
                        "sightline.lanes.max-batch command line, --max-batch",
                        "sightline.lanes.threads system property",
                        "sightline.lanes.known-vectors environment variable SIGHTLINE_LANES_KNOWN_VECTORS",
                        "sightline.lanes.batch-delay file " + file,
                        "sightline.lanes.device default");
    }

    @Test
    void shouldReadTheFileThatTheEnvironmentNames() throws IOException {
        Path file = file("a.properties", "sightline.lanes.max-batch=7\nsightline.payloads.fetch-from=a.org,b.org\n");

        Configuration configuration =
                read(Map.of(), new Properties(), Map.of(Sources.FILE_VARIABLE, file.toString()), null);

        configuration.requireSound();
        assertThat(configuration.get(LaneConfig.class).maxBatch()).isEqualTo(7);
        assertThat(configuration.get(PayloadConfig.class).fetchFrom().orElseThrow())
                .containsExactlyInAnyOrder("a.org", "b.org");
    }

    @Test
    void shouldTakeClientSettingsByAnyName() throws IOException {
        Path file = file("a.yml", """
                sightline:
                  kafka:
                    client:
                      security.protocol: SASL_SSL
                      ssl:
                        truststore.type: PEM
                  payloads:
                    fetch-from: [a.org, "*.b.org"]
                """);

        Configuration configuration = read(
                Map.of(),
                new Properties(),
                Map.of("SIGHTLINE_KAFKA_CLIENT_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM", "https"),
                file);

        configuration.requireSound();
        assertThat(configuration.get(KafkaConfig.class).client())
                .containsOnly(
                        Map.entry("security.protocol", "SASL_SSL"),
                        Map.entry("ssl.truststore.type", "PEM"),
                        Map.entry("ssl.endpoint.identification.algorithm", "https"));
        assertThat(configuration.get(PayloadConfig.class).fetchFrom().orElseThrow())
                .containsExactlyInAnyOrder("a.org", "*.b.org");
    }

    @Test
    void shouldMakeSaslAndBasicAuthenticationOfUserAndPassword() throws IOException {
        Path password = Files.writeString(directory.resolve("password"), "back\\slash \"quote\"\n");

        Configuration configuration = read(
                Map.of(),
                new Properties(),
                Map.of(
                        "SIGHTLINE_KAFKA_BOOTSTRAP_SERVERS", "b:1",
                        "SIGHTLINE_KAFKA_USER", "me",
                        "SIGHTLINE_KAFKA_PASSWORD_FILE", password.toString(),
                        "SIGHTLINE_KAFKA_CLIENT_SASL_MECHANISM", "SCRAM-SHA-512",
                        "SIGHTLINE_REGISTRY_URL", "https://r",
                        "SIGHTLINE_REGISTRY_USER", "you",
                        "SIGHTLINE_REGISTRY_PASSWORD", "pw"),
                null);

        configuration.requireSound();
        assertThat(Connections.connection(configuration).extra())
                .containsEntry(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"me\""
                                + " password=\"back\\\\slash \\\"quote\\\"\";");
        assertThat(Connections.connection(configuration).registryClient())
                .containsOnly(
                        Map.entry("basic.auth.credentials.source", "USER_INFO"),
                        Map.entry("basic.auth.user.info", "you:pw"));
        assertThat(Connections.connection(configuration)).hasToString("KafkaConnection[b:1, https://r]");
    }

    @Test
    void shouldNotShowASecretThatIsGivenWhereItsFileBelongs() {
        for (String secret : List.of("planted-secret", "planted-" + "x".repeat(5_000), "planted-\0")) {
            Map<String, String> alone = Map.of("SIGHTLINE_KAFKA_PASSWORD_FILE", secret);
            Map<String, String> twice =
                    Map.of("SIGHTLINE_KAFKA_PASSWORD_FILE", secret, "SIGHTLINE_KAFKA_PASSWORD", "other");

            for (Map<String, String> environment : List.of(alone, twice)) {
                assertThat(read(Map.of(), new Properties(), environment, null)
                                .problems()
                                .toString())
                        .contains("sightline.kafka.password-file")
                        .doesNotContain("planted");
            }
        }
        Map<String, String> misspelt = Map.of("SIGHTLINE_KAFKA_PASSWORD_FILE", "no/such/file");
        assertThat(read(Map.of(), new Properties(), misspelt, null).problems().toString())
                .contains("no/such/file");
    }

    @Test
    void shouldNameUnknownKeysWithTheNearest() throws IOException {
        Path file = file("a.yaml", """
                sightline:
                  lanes: {max-bacth: 1}
                sihgtline:
                  lanes: {threads: 1}
                other: {lanes: 1}
                """);
        Properties properties = new Properties();
        properties.setProperty("sightline.rollout.grac", "PT1S");
        properties.setProperty("sightline.home", "/somewhere");
        properties.setProperty("sightline.registry.home", "/somewhere");

        List<Problem> problems = read(
                        Map.of(),
                        properties,
                        Map.of("SIGHTLINE_LANES_THREAD", "1", "SIGHTLINE_HEAP", "2g", "SIGHTLINE_DATA", "x"),
                        file)
                .problems();

        assertThat(problems)
                .extracting(problem -> problem.key() + ": " + problem.message())
                .containsExactlyInAnyOrder(
                        unknown("sightline.lanes.max-bacth", "sightline.lanes.max-batch"),
                        unknown("sihgtline.lanes.threads", "sightline.lanes.threads"),
                        unknown("sightline.rollout.grac", "sightline.rollout.grace"),
                        unknown("sightline.lanes.thread", "sightline.lanes.threads"));
    }

    private static String unknown(String key, String nearest) {
        return key + ": there is no such setting; did you mean " + nearest + "?";
    }

    @Test
    void shouldNotMistakeServicesOfKubernetesForSettings() {
        Configuration configuration = read(
                Map.of(),
                new Properties(),
                Map.of(
                        "SIGHTLINE_INGEST_SERVICE_HOST", "10.0.0.1",
                        "SIGHTLINE_INGEST_PORT", "tcp://10.0.0.1:19080",
                        "SIGHTLINE_HTTP_PORT", "tcp://10.0.0.2:80",
                        "SIGHTLINE_HTTP_PORT_80_TCP_ADDR", "10.0.0.2",
                        "SIGHTLINE_REGISTRY_SERVICE_PORT_HTTP", "80",
                        "SIGHTLINE_LANES_THREADS", ""),
                null);

        assertThat(configuration.problems()).isEmpty();
        assertThat(configuration.get(HttpConfig.class).port()).isEmpty();
        assertThat(configuration.get(LaneConfig.class).threads()).isOne();
    }

    @Test
    void shouldAskWhoCallsFromOtherMachines() {
        Configuration configuration = read(Map.of(), new Properties(), Map.of("SIGHTLINE_HTTP_HOST", "0.0.0.0"), null);

        assertThat(configuration.problems())
                .singleElement()
                .asString()
                .contains("sightline.http.host", "0.0.0.0", "sightline.auth.api-keys");
    }

    @Test
    void shouldSayThatAFileIsMissingOrUnreadable() throws IOException {
        Path broken = file("broken.yaml", "sightline:\n  kafka: {password: hidden-1\n\t]");

        assertThat(read(Map.of(), new Properties(), Map.of(), directory.resolve("none.yaml"))
                        .problems())
                .singleElement()
                .asString()
                .contains("--config", "none.yaml", "no such file");
        assertThat(read(Map.of(), new Properties(), Map.of(), broken).problems())
                .singleElement()
                .asString()
                .contains("broken.yaml", "no YAML", "line ")
                .doesNotContain("hidden-1");
        assertThat(read(Map.of(), new Properties(), Map.of(), file("a.json", "{}"))
                        .problems())
                .singleElement()
                .asString()
                .contains(".properties");
    }

    @Test
    void shouldWarnOfSettingsThatNoKafkaClientKnows() throws IOException {
        Path file = file("a.properties", """
                sightline.kafka.client.sasl.mechansim=PLAIN
                sightline.kafka.client.consumer.max.poll.records=10
                sightline.kafka.client.ssl.protocol=TLSv1.3
                """);

        assertThat(Connections.warnings(read(Map.of(), new Properties(), Map.of(), file)))
                .singleElement()
                .asString()
                .contains("'sasl.mechansim'", "'sasl.mechanism'");
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static Configuration read(
            Map<String, Sources.Given> commandLine,
            Properties properties,
            Map<String, String> environment,
            @Nullable Path file) {
        Configuration configuration = Configuration.read(
                new Sources(commandLine, properties, environment, file, Map.of()),
                Concerns.types(),
                List.of(),
                Concerns.all());
        Checks.run(configuration);
        return configuration;
    }
}
