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
 * The short form of {@code deploy/sightline faults index}: an indexer that is killed, and whose index is then damaged,
 * holds in the end what the topics say.
 *
 * <p>-Dsightline.seed says when.
 */
@Tag("slow")
class IndexFaultsIT {

    private static final long SEED = Long.getLong("sightline.seed", System.nanoTime());

    @TempDir
    Path directory;

    @Test
    void shouldHoldWhatTheTopicsSayWheneverItIsKilledAndBuildAnewWhatIsDamaged() throws Exception {
        int exitCode = SightlineCommand.execute(
                "faults",
                "index",
                "--writes",
                "6000",
                "--kills",
                "3",
                "--kill-within",
                "4",
                "--seed",
                String.valueOf(SEED),
                "--out",
                directory.toString());

        assertThat(exitCode).as("seed " + SEED).isZero();
        JsonNode figures = JsonMapper.builder()
                .build()
                .readTree(directory.resolve("index.json").toFile());
        assertThat(figures.path("afterKills").path("images").asInt()).isGreaterThan(900);
        assertThat(figures.path("killsWhileAnswering").asInt()).isEqualTo(1);
        assertThat(figures.path("afterDamage")).isEqualTo(figures.path("afterKills"));
        assertThat(figures.path("damaged").asText()).isNotEmpty();
    }
}
