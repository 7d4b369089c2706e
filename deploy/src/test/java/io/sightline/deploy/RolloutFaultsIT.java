package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.cli.SightlineCommand;
import io.sightline.http.ApiServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sightline faults rollouts}, short.
 *
 * <p>-Dsightline.seed says which images.
 */
@Tag("slow")
class RolloutFaultsIT {

    private static final long SEED = Long.getLong("sightline.seed", System.nanoTime());

    @TempDir
    Path directory;

    @Test
    void shouldAnswerFromOneVersionWhileSomeFollowAndOneIsGoneBackFrom() throws Exception {
        int exitCode = SightlineCommand.execute(
                "faults",
                "rollouts",
                "--rollouts",
                "3",
                "--rollbacks",
                "1",
                "--clients",
                "1",
                "--images",
                "200",
                "--images-per-second",
                "10",
                "--seed",
                String.valueOf(SEED),
                "--out",
                directory.toString());

        assertThat(exitCode).as("seed " + SEED).isZero();
        JsonNode figures =
                ApiServer.JSON.readTree(directory.resolve("rollouts.json").toFile());
        assertThat(figures.path("changes").findValuesAsText("version"))
                .startsWith("v2")
                .contains("v4");
        assertThat(figures.path("changes"))
                .filteredOn(change -> change.path("rollback").asBoolean())
                .hasSize(1);
        assertThat(figures.path("images").asInt()).isGreaterThan(200);
    }
}
