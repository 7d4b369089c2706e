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
 * {@code sightline faults embedder}, short: three embedder processes, three brokers, some killed in mid-work, a process
 * that joins and leaves during a back-fill.
 *
 * <p>-Dsightline.seed says when.
 */
@Tag("slow")
class EmbedderFaultsIT {

    private static final long SEED = Long.getLong("sightline.seed", System.nanoTime());

    @TempDir
    Path directory;

    @Test
    void shouldEmbedEveryImageOnceAndRightWhateverIsKilled() throws Exception {
        int exitCode = SightlineCommand.execute(
                "faults",
                "embedder",
                "--minutes",
                "0.5",
                "--images",
                "1500",
                "--kill-every",
                "8",
                "--broker-kills",
                "1",
                "--seed",
                String.valueOf(SEED),
                "--out",
                directory.toString());

        assertThat(exitCode).isZero();
        JsonNode figures = JsonMapper.builder()
                .build()
                .readTree(directory.resolve("embedder.json").toFile());
        JsonNode inflicted = figures.path("inflicted");
        assertThat(inflicted.path("embedderKills").asInt()).isEqualTo(3);
        assertThat(inflicted.path("brokerKills").asInt()).isEqualTo(1);
        assertThat(figures.path("versions"))
                .extracting(version -> version.path("images").asInt())
                .containsExactly(1500, 1500);
    }
}
