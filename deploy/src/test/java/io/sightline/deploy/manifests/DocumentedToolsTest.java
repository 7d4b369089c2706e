package io.sightline.deploy.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.cli.Documents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What documents tell kubectl, docker and promtool to do: that the resources, labels and images that they name are those of this
 * project. Nothing is run. DocumentsTest looks at files.
 */
class DocumentedToolsTest {

    private static final Set<String> TOOLS = Set.of("kubectl", "docker", "promtool");

    private static final String LOOP_VARIABLE = "$part";
    private static final Set<String> RESOURCES = resources();
    private static final String TEXT = text();

    static Stream<Arguments> commands() {
        return Documents.commands()
                .filter(shown -> TOOLS.contains(shown.words().getFirst()))
                .map(shown -> Arguments.of(shown.document(), shown.words()));
    }

    @Test
    void shouldFindThem() {
        assertThat(commands()).hasSizeGreaterThan(15);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("commands")
    void shouldNameFilesThatAreBuilt(Path document, List<String> words) {
        assertThat(words)
                .filteredOn(word -> word.startsWith("deploy/target/"))
                .allSatisfy(word -> assertThat(Images.pom())
                        .contains("<tar>"
                                + word.replace("deploy/target", "${project.build.directory}")
                                        .replace("-cpu", "-${image.variant}")
                                + "</tar>"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("commands")
    void shouldNameResourcesThatThereAre(Path document, List<String> words) {
        assertThat(words)
                .filteredOn(word -> word.matches("(deployment|statefulset|service|job)/.*"))
                .isSubsetOf(RESOURCES);
        assertThat(after(words, "delete", "job"))
                .allSatisfy(name -> assertThat(RESOURCES).contains("job/" + name));
        assertThat(after(words, "secret", "generic"))
                .allSatisfy(name -> assertThat(RESOURCES).contains("secret/" + name));
        assertThat(after(words, "--namespace"))
                .allSatisfy(name -> assertThat(TEXT).contains("\nnamespace: " + name + "\n"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("commands")
    void shouldSelectByLabelsThatThereAre(Path document, List<String> words) {
        Stream.concat(after(words, "--selector").stream(), words.stream().filter(word -> word.contains(".io/")))
                .map(selector -> selector.replaceFirst("^!", "").replace("=" + LOOP_VARIABLE, "=ingest"))
                .forEach(selector -> {
                    String[] parts = selector.split("=", 2);
                    assertThat(TEXT.replace("\"", ""))
                            .as("label %s", selector)
                            .contains(parts[0] + ": " + (parts.length == 1 ? "" : parts[1] + "\n"));
                });
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("commands")
    void shouldTagTheImageThatIsBuilt(Path document, List<String> words) {
        assertThat(after(words, "docker", "tag"))
                .allSatisfy(image -> assertThat(image).isEqualTo(Images.name() + ":" + Images.version() + "-cpu"));
    }

    /** The word behind these, if they are there, one behind the other. */
    private static List<String> after(List<String> words, String... before) {
        for (int i = 0; i + before.length < words.size(); i++) {
            if (words.subList(i, i + before.length).equals(List.of(before))) {
                return List.of(words.get(i + before.length));
            }
        }
        return List.of();
    }

    /** {@code kind/name} of all that the manifests have. */
    private static Set<String> resources() {
        Set<String> names = new TreeSet<>();
        files().forEach(file -> {
            for (JsonNode resource : Yaml.documents(file)) {
                names.add(resource.path("kind").asText().toLowerCase(Locale.ROOT) + "/"
                        + resource.at("/metadata/name").asText());
            }
        });
        return names;
    }

    private static String text() {
        StringBuilder text = new StringBuilder();
        files().forEach(file -> {
            try {
                text.append(Files.readString(file)).append('\n');
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return text.toString();
    }

    private static Stream<Path> files() {
        try (Stream<Path> files = Files.walk(Yaml.deploy("kubernetes"))) {
            return files.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("the manifests cannot be read", e);
        }
    }
}
