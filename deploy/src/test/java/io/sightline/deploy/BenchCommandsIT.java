package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.http.ApiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code sightline bench ..}, as short as they can be: that each measures something, prints its table and writes its file.
 * What they measure here means nothing.
 */
@Tag("slow")
class BenchCommandsIT {

    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** They judge what they measure, by their exit status as well, and have no time here for it to be good. */
    private static final Set<String> JUDGES = Set.of("load", "stream");

    @TempDir
    Path folder;

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "index, false, --vectors 2000 --wide-vectors 0 --queries 100 --passes 1",
        "load, false, --minutes 0.1 --searches 20 --images 8 --gallery 50",
        "see, false, --loss-repeats 1 --step-repeats 1 --no-large-steps",
        "embed, true, --images 200 --repeats 1 --warm-ups 1 --load-seconds 1 --sets drawing28",
        "quality, true, --sets omniglot242 --steps 5 --seeds 1 --dimensions 16 --recipes pa",
        "swaps, true, --swaps 21 --images 20 --load 5",
        "backbones, false, --arch mobilenet_v1_050 --image-size 64 --batch 4",
        "growth, false, --repeats 1",
        "replay, false, --bound 400 --heap 512m",
        "soak, true, --minutes 1",
        "stream, true, --length PT30S --widths 8,16 --dimensions 16 --round-steps 50 --min-interval PT0S"
    })
    void shouldMeasurePrintAndWrite(String name, boolean needsData, String arguments) throws Exception {
        assumeTrue(
                !needsData || isThereData(), "no image sets beside the checkout: set SIGHTLINE_DATA to their folder");
        List<String> command = new ArrayList<>(List.of("bench", name));
        command.addAll(Arrays.asList(arguments.split(" ", -1)));
        command.addAll(List.of("--out", folder.toString()));
        Path printed = folder.resolve("printed");

        try (SightlineProcess process = SightlineProcess.start(printed, command.toArray(String[]::new))) {
            assertThat(process.awaitEnd(LONGEST).orElse(-1))
                    .as("%s: %s", name, process.troubles())
                    .isIn(0, JUDGES.contains(name) ? 1 : 0);
        }

        assertThat(printed).content().contains("written to ");
        JsonNode figures =
                ApiServer.JSON.readTree(folder.resolve(name + ".json").toFile());
        assertThat(figures.size()).as(figures.toString()).isPositive();
    }

    private static boolean isThereData() {
        return Files.isDirectory(
                Path.of(System.getenv().getOrDefault("SIGHTLINE_DATA", System.getProperty("sightline.data", ""))));
    }
}
