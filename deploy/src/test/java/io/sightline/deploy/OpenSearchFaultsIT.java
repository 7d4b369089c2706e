package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.deploy.cli.SightlineCommand;
import io.sightline.local.OpenSearchHome;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of {@code deploy/sightline faults opensearch}: what three nodes have acknowledged outlives one of them.
 * Skipped where there is no OpenSearch.
 *
 * <p>-Dsightline.seed says what is written.
 */
class OpenSearchFaultsIT {

    private static final long SEED = Long.getLong("sightline.seed", System.nanoTime());

    @TempDir
    Path directory;

    @BeforeEach
    void requireOpenSearch() {
        Assumptions.assumeTrue(OpenSearchHome.isPresent(), OpenSearchHome::advice);
    }

    @Test
    void shouldHaveAllThatWasAcknowledgedThoughTheNodeOfThePrimaryIsKilled() throws Exception {
        int exitCode = SightlineCommand.execute(
                "faults",
                "opensearch",
                "--vectors",
                "1000",
                "--run",
                "primary",
                "--seed",
                String.valueOf(SEED),
                "--out",
                directory.toString());

        assertThat(exitCode).as("seed " + SEED).isZero();
        JsonNode figures = JsonMapper.builder()
                .build()
                .readTree(directory.resolve("opensearch.json").toFile());
        assertThat(figures.path("primary").path("loss").path("documents").asInt())
                .isGreaterThanOrEqualTo(1000);
        assertThat(figures.path("primary").path("acknowledgedDuring").asInt()).isPositive();
        assertThat(figures.path("primary").path("searches").path("answered").asInt())
                .isPositive();
    }
}
