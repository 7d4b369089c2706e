package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {

    @TempDir
    Path directory;

    /** What a command printed, and its exit code. */
    private record Said(int code, String out, String err) {}

    @Test
    void shouldTellAllProblemsOfAFileAtOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("wrong.yaml"), """
                sightline:
                  registry:
                    url: http://127.0.0.1:1
                    password: hidden-1
                    password-file: /run/secrets/registry
                  rollout:
                    holdout-margin: 1.5
                    max-dead-letered: 0.1
                  opensearch:
                    shards: many
                    ca-password-file: no/such/file
                """);

        Said said = run("serve", "indexer", "--config", file.toString(), "--min-overlap", "-1", "--dir", "unused");

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err().lines().map(String::strip).toList())
                .containsExactlyInAnyOrder(
                        "sightline: the configuration has 7 problems:",
                        "sightline.rollout.max-dead-letered (file " + file + "): there is no such setting; did you mean"
                                + " sightline.rollout.max-dead-lettered?",
                        "sightline.rollout.holdout-margin = 1.5 (file " + file + "): must be a number from 0 to 1",
                        "sightline.rollout.min-overlap = -1 (command line, --min-overlap): must be a number from 0 to 1",
                        "sightline.opensearch.shards = many (file " + file + "): must be a whole number, 1 or more",
                        "sightline.opensearch.ca-password-file = no/such/file (file " + file
                                + "): there is no such file",
                        "sightline.registry.password-file = /run/secrets/registry (file " + file
                                + "): sightline.registry.password is given as well: leave one of them out",
                        "sightline.kafka.bootstrap-servers: it is missing: give --bootstrap-servers, the variable"
                                + " SIGHTLINE_KAFKA_BOOTSTRAP_SERVERS, or the key in a file by --config");
        assertThat(said.out() + said.err()).doesNotContain("hidden-1");
        assertThat(Path.of("unused")).doesNotExist();
        Said checked = run("config", "--check", "serve", "indexer", "--config", file.toString());
        assertThat(checked.code()).isEqualTo(2);
        assertThat(checked.err()).contains("6 problems", "max-dead-letered");
    }

    @Test
    void shouldKnowTheTrainersOptionsAsKeys() throws IOException {
        Path file = Files.writeString(directory.resolve("trainer.yaml"), """
                sightline:
                  network: {preset: see-cub, backbone: weights.safetensors}
                  training: {micro-batch: 12, through-z: true, learning-rate: fast, batch-clases: 4}
                  rounds: {steps: 7, holdout: 0.2}
                """);

        Said said = run("config", "--config", file.toString(), "up", "--round-steps", "9");

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err())
                .contains("2 problems", "sightline.training.learning-rate = fast", "'fast'")
                .contains("did you mean sightline.training.batch-classes?");
        assertThat(rows(said))
                .contains(
                        "sightline.rounds.steps 9 command line, --round-steps",
                        "sightline.rounds.holdout 0.2 file " + file,
                        "sightline.training.micro-batch 12 file " + file,
                        "sightline.training.through-z true file " + file,
                        "sightline.network.dimensions 384 preset see-cub",
                        "sightline.lanes.max-batch 64 default");
    }

    @Test
    void shouldSayWhatIsWrongWithTrainingByItself() {
        Said said = run("config", "--check", "up", "--holdout", "2");

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("sightline.training: ");
    }

    @Test
    void shouldNameTheCommandsWithAConfiguration() {
        Said said = run("config", "topics", "apply");

        assertThat(said.code()).isEqualTo(2);
        assertThat(said.err()).contains("'topics' has no configuration", "serve or up");
    }

    @Test
    void shouldNeverPrintASecret() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "planted-1\n");
        Path jaas = Files.writeString(directory.resolve("jaas"), "planted-2\n");
        Path file = Files.writeString(directory.resolve("secrets.yaml"), """
                sightline:
                  kafka:
                    bootstrap-servers: 127.0.0.1:1
                    client:
                      sasl.jaas.config-file: %s
                      ssl.key.password: planted-3
                      ssl.keystore.key: planted-4
                      default.api.timeout.ms: 1000
                      request.timeout.ms: 500
                  registry:
                    url: http://bob:planted-5@127.0.0.1:1
                    truststore-password: planted-6
                    truststore: %s
                    client: {bearer.auth.token: planted-7}
                  opensearch:
                    password-file: %s
                    pasword: planted-8
                """.formatted(jaas, jaas, password));
        Map<String, String> environment = Map.of(
                "SIGHTLINE_REGISTRY_USER", "bob",
                "SIGHTLINE_REGISTRY_PASSWORD", "planted-9",
                "SIGHTLINE_KAFKA_CLIENT_SSL_TRUSTSTORE_PASSWORD", "planted-a");
        String url = "--opensearch-url=https://bob:planted-b@127.0.0.1:1,https://127.0.0.1:2?token=planted-c";

        String config = process(environment, "config", "--config", file.toString());
        String ofCommand = process(environment, "config", "--config", file.toString(), "serve", "indexer", url);
        String serve = process(
                environment, "serve", "indexer", "--config", file.toString(), "--dir", directory + "/data", url);
        // Now what is left is sound, and the brokers are looked for.
        Files.writeString(
                file, Files.readString(file).replaceAll(" +(pasword|truststore|truststore-password): .*\n", ""));
        String started =
                process(environment, "serve", "ingest", "--config", file.toString(), "--dir", directory + "/data");

        assertThat(config).contains("sightline.opensearch.password", "****", "sightline.kafka.client.sasl.jaas.config");
        assertThat(ofCommand).contains("https://****@127.0.0.1:1", "did you mean sightline.opensearch.password?");
        assertThat(serve).contains("did you mean sightline.opensearch.password?");
        assertThat(started).contains("sightline: ", "127.0.0.1:1").doesNotContain("problem");
        String log = Files.readString(directory.resolve("data").resolve("ingest.log"));
        assertThat(config + ofCommand + serve + started + log).doesNotContain("planted");
    }

    private static List<String> rows(Said said) {
        return said.out().lines().map(line -> line.replaceAll(" {2,}", " ")).toList();
    }

    private static Said run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = SightlineCommand.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Said(code, out.toString(), err.toString());
    }

    private String process(Map<String, String> environment, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dsightline.opensearch.ca-password=planted-d",
                "-Dsightline.opensearch.ca=none.p12",
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                SightlineCommand.class.getName()));
        command.addAll(List.of(arguments));
        Path output = directory.resolve("output");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        builder.start().waitFor();
        return Files.readString(output);
    }
}
