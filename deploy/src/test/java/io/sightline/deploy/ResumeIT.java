package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.embedder.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of a seeded training at random moments: it ends with exactly the weights, proxies, moments and versions of a
 * training that was never interrupted.
 *
 * <p>-Dsightline.kills says how often (2 by default), -Dsightline.seed when.
 */
@Tag("slow")
class ResumeIT {

    private static final int KILLS = Integer.getInteger("sightline.kills", 2);
    private static final long SEED = Long.getLong("sightline.seed", System.nanoTime());
    private static final int STEPS = 150 + 100 * KILLS;
    private static final int LONGEST_LIFE_MILLIS = 1500;

    @TempDir
    private Path directory;

    @Test
    void shouldGoOnBitForBitAfterBeingKilled() throws Exception {
        System.out.println("kills " + KILLS + ", seed " + SEED);
        Path data = images();
        Path unbroken = directory.resolve("unbroken");
        Path broken = directory.resolve("broken");
        Random random = new Random(SEED);
        finish(data, unbroken);

        int midway = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            try (SightlineProcess training = train(data, broken)) {
                long before = newestCheckpoint(broken);
                await().until(() ->
                        newestCheckpoint(broken) > before || !training.handle().isAlive());
                boolean ended = training.awaitEnd(Duration.ofMillis(random.nextInt(LONGEST_LIFE_MILLIS)))
                        .isPresent();
                training.kill();
                midway += ended ? 0 : 1;
            }
        }
        finish(data, broken);

        assertThat(midway).as("kills before the end").isPositive();
        assertThat(state(broken)).isEqualTo(state(unbroken));
        assertThat(versions(broken)).isEqualTo(versions(unbroken)).hasSize(2);
        System.out.println(midway + " of " + KILLS + " kills before the end of 2 x " + STEPS + " steps");
    }

    private void finish(Path data, Path out) throws Exception {
        try (SightlineProcess training = train(data, out)) {
            assertThat(training.awaitEnd(Duration.ofMinutes(10)))
                    .as(Files.readString(output(out)))
                    .hasValue(0);
        }
    }

    private SightlineProcess train(Path data, Path out) throws IOException {
        return SightlineProcess.start(
                output(out),
                "train",
                "--data",
                data.toString(),
                "--out",
                out.toString(),
                "--images",
                "drawing",
                "--widths",
                "8,16",
                "--dimensions",
                "16",
                "--round-steps",
                String.valueOf(STEPS),
                "--versions",
                "2");
    }

    private Path output(Path out) {
        return directory.resolve(out.getFileName() + ".out");
    }

    private String state(Path out) throws IOException {
        return Files.readString(output(out))
                .lines()
                .filter(line -> line.startsWith("state"))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    /** Without the hashes of the artifacts: TensorFlow does not write equal graphs as equal bytes. */
    private static List<JsonNode> versions(Path out) throws IOException {
        List<JsonNode> versions = new ArrayList<>();
        for (JsonNode version :
                new ObjectMapper().readTree(out.resolve("versions.json").toFile())) {
            versions.add(((ObjectNode) version).without("manifestSha256"));
        }
        return versions;
    }

    private static long newestCheckpoint(Path out) throws IOException {
        Path checkpoints = out.resolve("checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return -1;
        }
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches("checkpoint-\\d+\\.bin"))
                    .mapToLong(name -> Long.parseLong(name.replaceAll("\\D", "")))
                    .max()
                    .orElse(-1);
        }
    }

    private Path images() throws IOException {
        Path root = directory.resolve("images");
        for (int c = 0; c < 24; c++) {
            for (int i = 0; i < 6; i++) {
                Path file = root.resolve("class-" + c).resolve(i + ".png");
                Files.createDirectories(file.getParent());
                Files.write(file, TestImages.png(28, 28, c * 100L + i));
            }
        }
        return root;
    }
}
