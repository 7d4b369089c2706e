package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** The commands of README and deploy/docs, as the command itself understands them. Nothing is run. */
class DocumentedCommandsTest {

    /** Document and arguments of each command that a block shows. */
    static Stream<Arguments> shown() {
        return Documents.commands()
                .filter(shown -> isSightline(shown.words()))
                .map(shown -> Arguments.of(
                        shown.document(), shown.words().subList(1, shown.words().size())));
    }

    private static boolean isSightline(List<String> words) {
        // What the command prints begins with its name and a colon.
        return words.getFirst().equals("deploy/sightline")
                || (words.getFirst().equals("sightline")
                        && words.size() > 1
                        && !words.get(1).endsWith(":"));
    }

    /** Document and command of each that is named within a sentence or a table, also without {@code sightline}. */
    static Stream<Arguments> named() {
        return Documents.all()
                .flatMap(document -> Documents.spans(document).stream()
                        .filter(span -> span.matches("(deploy/)?sightline .*") || WrittenCommand.isCommand(span))
                        .map(span -> span.replaceFirst("^(deploy/)?sightline ", ""))
                        .distinct()
                        .map(command -> Arguments.of(document, command)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("shown")
    void shouldShowCommandsAsTheyAreUnderstood(Path document, List<String> arguments) {
        assertThatCode(() -> WrittenCommand.parse(arguments)).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("named")
    void shouldNameCommandsAndOptionsThatThereAre(Path document, String command) {
        assertThat(WrittenCommand.unknown(command)).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("named")
    void shouldNameCommandsAsTheyAreUnderstood(Path document, String command) {
        // Of alternatives each may want something else behind it.
        if (!command.contains("|")) {
            assertThatCode(() -> parseWhatIsSaid(command)).doesNotThrowAnyException();
        }
    }

    /** Within a sentence, what a command cannot do without is often left out. */
    private static void parseWhatIsSaid(String command) {
        try {
            WrittenCommand.parse(List.of(WrittenCommand.words(command)));
        } catch (MissingParameterException e) {
            assertThat(WrittenCommand.unknown(command)).isEmpty();
        }
    }

    @Test
    void shouldFindWhatIsWrong() {
        assertThat(WrittenCommand.unknown("models promot VERSION")).isNotEmpty();
        assertThat(WrittenCommand.unknown("serve ingest\\|embedder --larger")).isNotEmpty();
        assertThat(WrittenCommand.unknown("models show\\|promoted")).isNotEmpty();
        for (String wrong : List.of(
                "up --holdout much",
                "up --max-batch 0",
                "check --wait 10",
                "check too much",
                "dead-letters redrive --reason PAYLOAD_MISLAID",
                "config --check serve nobody",
                "serve indexer --grace PT")) {
            assertThatThrownBy(() -> WrittenCommand.parse(List.of(WrittenCommand.words(wrong))))
                    .as(wrong)
                    .isInstanceOf(ParameterException.class);
        }
    }

    @Test
    void shouldPutSomethingInThePlaceOfPlaceholders() {
        assertThatCode(() -> WrittenCommand.parse(List.of(
                        "search", "IMAGE", "-k", "N", "--tag", "K=V", "--label", "L", "--api-key-file", "FILE")))
                .doesNotThrowAnyException();
        assertThatCode(() -> WrittenCommand.parse(List.of("check", "--dir", "DIR", "--wait", "TIME")))
                .doesNotThrowAnyException();
    }
}
