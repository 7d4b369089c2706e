package io.sightline.deploy.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.bench.ConsoleBench;
import io.sightline.http.ApiServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code sightline bench console}, short. Chromium keeps pages to go back to here, as people's browsers do and Playwright's do
 * not: a page that kept a stream open there would take one of its six connections for good.
 */
class ConsoleBenchIT {

    private static final int IMAGES = 40;

    @TempDir
    Path folder;

    @Test
    void shouldLoadEveryPageAgainAndAgain() throws Exception {
        Path chromium = Chromium.required();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new ConsoleBench(IMAGES, 2, chromium).run(folder, new PrintStream(printed, true, StandardCharsets.UTF_8));

        JsonNode written =
                ApiServer.JSON.readTree(folder.resolve("console.json").toFile());
        assertThat(written.path("rows").findValuesAsText("page"))
                .containsExactly("search", "search by image", "models", "version", "pipeline", "embedding map");
        assertThat(written.path("rows").findValues("againMillis"))
                .allSatisfy(millis -> assertThat(millis.asDouble()).isPositive());
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("slowest_page_ms");
    }
}
