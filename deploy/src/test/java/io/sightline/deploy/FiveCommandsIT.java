package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The five commands of "your own images", as the documents have them, with a folder, pictures and ports of this test. */
class FiveCommandsIT {

    private static final Path ROOT = Path.of(System.getProperty("sightline.root", "."));
    private static final int CLASSES = 3;
    private static final int IMAGES_OF_A_CLASS = 4;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "deploy/docs/data.md"})
    void shouldBeTheSameEverywhere(String document) throws Exception {
        assertThat(commands(document)).isEqualTo(commands("README.md")).hasSize(5);
    }

    @Test
    void shouldTakeOwnImagesFromFilesToNeighbours() throws Exception {
        List<List<String>> commands = commands("README.md");
        Path pictures = pictures();
        Path data = directory.resolve("data");
        List<String> up = new ArrayList<>(commands.get(0));
        for (String port : List.of("kafka", "registry", "ingest", "search", "trainer")) {
            up.addAll(List.of("--" + port + "-port", "0"));
        }
        up.addAll(List.of("--dir", data.toString(), "--widths", "8,16", "--dimensions", "16"));

        try (SightlineProcess stack = SightlineProcess.start(directory.resolve("up.txt"), up.toArray(String[]::new))) {
            stack.awaitReady();
            String ingest = stack.printed("images      ").replace("/v1/images", "");
            String search = stack.printed("search      ").replace("/v1/search", "");

            assertThat(run(commands.get(1), "path/to/pictures", pictures, "--url", ingest))
                    .contains("12 sent, 0 unchanged, 0 refused");
            assertThat(run(commands.get(2), "", pictures, "--dir", data.toString()))
                    .contains("12");
            assertThat(run(commands.get(3), "some/picture.jpg", pictures.resolve("kind-1/2.png"), "--url", search))
                    .contains("kind-1/2.png");
            assertThat(run(commands.get(4), "", pictures, "--url", search)).contains("v1");
        }
    }

    /** Runs one here; what it prints. */
    private static String run(List<String> command, String placeholder, Path instead, String... more) {
        List<String> arguments = new ArrayList<>(command.stream()
                .map(word -> word.equals(placeholder) ? instead.toString() : word)
                .toList());
        arguments.addAll(List.of(more));
        return Commands.run(arguments.toArray(String[]::new));
    }

    private Path pictures() throws IOException {
        Path pictures = directory.resolve("pictures");
        for (int kind = 0; kind < CLASSES; kind++) {
            Path folder = Files.createDirectories(pictures.resolve("kind-" + kind));
            for (int i = 0; i < IMAGES_OF_A_CLASS; i++) {
                Files.write(folder.resolve(i + ".png"), TestImages.png(40, 40, 100L * kind + i));
            }
        }
        return pictures;
    }

    /** The first block of a document that starts a stack, as words; without {@code deploy/sightline} and comments. */
    private static List<List<String>> commands(String document) throws IOException {
        String block = Stream.of(Files.readString(ROOT.resolve(document)).split("```", -1))
                .filter(text -> text.contains("deploy/sightline up"))
                .findFirst()
                .orElseThrow();
        return block.lines()
                .filter(line -> line.startsWith("deploy/sightline "))
                .map(line -> List.of(line.replaceAll("\\s+#.*", "")
                        .replaceFirst("deploy/sightline ", "")
                        .split("\\s+", -1)))
                .toList();
    }
}
