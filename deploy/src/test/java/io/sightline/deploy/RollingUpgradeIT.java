package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.deploy.cli.SightlineCommand;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sightline faults upgrade}, short and without a trainer: its versions are published by hand. Every process of
 * ingest, embedder and indexer is stopped and started again under load.
 *
 * <p>-Dsightline.seed says which images.
 */
@Tag("slow")
class RollingUpgradeIT {

    private static final long SEED = Long.getLong("sightline.seed", System.nanoTime());

    @TempDir
    Path directory;

    @Test
    void shouldLoseNothingWhileEveryProcessIsReplaced() throws Exception {
        int exitCode = SightlineCommand.execute(
                "faults",
                "upgrade",
                "--no-trainer",
                "--images",
                "200",
                "--images-per-second",
                "10",
                "--clients",
                "1",
                "--pause",
                "PT1S",
                "--seed",
                String.valueOf(SEED),
                "--out",
                directory.toString());

        assertThat(exitCode).isZero();
        JsonNode figures = JsonMapper.builder()
                .build()
                .readTree(directory.resolve("upgrade.json").toFile());
        assertThat(figures.path("processes"))
                .extracting(process -> process.path("exitCode").asInt())
                .containsExactly(143, 143, 143, 143, 143, 143);
        assertThat(figures.path("indexes"))
                .extracting(index -> index.path("report").path("version").asText())
                .containsExactly("v1", "v2", "v1", "v2");
        assertThat(figures.path("requests").path("search").path("cut").asInt()).isZero();
    }
}
