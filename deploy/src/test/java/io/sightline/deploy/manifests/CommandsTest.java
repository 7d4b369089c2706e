package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sightline.deploy.cli.CommandLines;
import io.sightline.deploy.cli.Documents;
import io.sightline.deploy.cli.SightlineCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What manifests tell the command: that there are such commands, options and keys. */
class CommandsTest {

    @TempDir
    Path folder;

    /** Name of a service and what it is started with. */
    static Stream<Arguments> services() {
        return Stream.concat(
                ResourceSet.all().stream()
                        .flatMap(set -> set.workloads().stream()
                                .map(workload -> Arguments.of(
                                        set + ": " + workload,
                                        workload.container().getArgs(),
                                        Yaml.deploy("kubernetes", "base", "sightline.yaml")))),
                Compose.read().ours().stream()
                        .map(name -> Arguments.of(
                                "compose: " + name,
                                Compose.read().command(name),
                                Yaml.deploy("compose", "sightline.yaml"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("services")
    void shouldStartServicesWithOptionsThatThereAre(String name, List<String> arguments, Path configuration) {
        assertThat(arguments).startsWith("serve").contains("--dir=/data", "--host=0.0.0.0");
        assertThatCode(() -> CommandLines.parse(arguments)).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("services")
    void shouldStartServicesWithKeysThatThereAre(String name, List<String> arguments, Path configuration)
            throws IOException {
        assumeTrue(CommandLines.exists("config"), "this build has no sightline config yet");
        Path keys = Files.writeString(folder.resolve("keys.json"), "{}");
        Path here = Files.writeString(
                folder.resolve("sightline.yaml"),
                Files.readString(configuration).replace("/etc/sightline/keys/keys.json", keys.toString()));
        List<String> checked = new ArrayList<>(List.of("config", "--check", arguments.get(0), arguments.get(1)));
        checked.addAll(List.of("--config", here.toString()));
        arguments.stream().skip(2).map(CommandsTest::resolved).forEach(checked::add);
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said, true);
        assertThat(SightlineCommand.execute(out, out, checked.toArray(String[]::new)))
                .as("%s", said)
                .isZero();
    }

    /** As Kubernetes fills it in. */
    private static String resolved(String argument) {
        return argument.replace("$(BOOTSTRAP_SERVERS)", "kafka:9092")
                .replace("$(SCHEMA_REGISTRY)", "http://registry:8081")
                .replace("$(PAYLOADS)", "s3://bucket/payloads");
    }

    @ParameterizedTest
    @ValueSource(strings = {"compose/compose.yaml", "compose/make-secrets"})
    void shouldShowCommandsThatThereAre(String file) throws IOException {
        List<List<String>> commands = commands(Yaml.deploy(file));
        for (List<String> command : commands) {
            if (CommandLines.exists(command.getFirst())) {
                assertThatCode(() -> CommandLines.parse(command))
                        .as("%s", command)
                        .doesNotThrowAnyException();
            } else {
                assumeTrue(!List.of("keys", "config").contains(command.getFirst()), "this build has no " + command);
                throw new AssertionError(file + " names a command that there is not: " + command);
            }
        }
    }

    /** Document and words of each command that documents run in a container of the Compose file. */
    static Stream<Arguments> composeRuns() {
        return Documents.commands()
                .filter(shown -> shown.words().size() > 2
                        && shown.words().subList(0, 2).equals(List.of("docker", "compose"))
                        && shown.words().contains("run"))
                .map(shown -> Arguments.of(shown.document(), shown.words()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("composeRuns")
    void shouldRunCommandsInContainersThatThereAre(Path document, List<String> words) {
        int service = words.indexOf("run") + 1;
        while (words.get(service).startsWith("-")) {
            service += words.get(service).equals("--env") ? 2 : 1;
        }
        List<String> command = words.subList(service + 1, words.size());

        assertThat(Compose.read().ours()).contains(words.get(service));
        assertThatCode(() -> CommandLines.parse(command)).doesNotThrowAnyException();
    }

    /** Lines that call the command, up to where the shell goes on with something else. */
    private static List<List<String>> commands(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst("^.*(deploy/sightline|\"\\$sightline\") ", "\u0000"))
                .filter(line -> line.startsWith("\u0000"))
                .map(line -> line.substring(1).replaceFirst("[>|#`].*$", "").strip())
                .map(line -> Arrays.asList(line.split("\\s+", -1)))
                .toList();
    }

    @Test
    void shouldRunTheCommandOfTheImage() {
        assertThat(Images.pom())
                .contains("<mainClass>" + SightlineCommand.class.getName() + "</mainClass>")
                .contains("<user>10001:10001</user>");
    }
}
