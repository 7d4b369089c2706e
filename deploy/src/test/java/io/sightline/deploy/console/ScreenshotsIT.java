package io.sightline.deploy.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Makes the pictures of the documentation: start {@code sightline demo}, wait for a few versions, and run this with
 * {@code -Dsightline.screenshots=deploy/docs -Dsightline.console.url=http://127.0.0.1:19090}.
 */
@EnabledIfSystemProperty(named = "sightline.screenshots", matches = ".+")
@EnabledIfSystemProperty(named = "sightline.console.url", matches = "http.+")
class ScreenshotsIT {

    private static final int MOST_BYTES = 150_000;
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 800;

    private final Path folder = Path.of(System.getProperty("sightline.screenshots", "target"));
    private final String url = System.getProperty("sightline.console.url", "");

    @Test
    void shouldTakeAPictureOfEachPage() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
        try (Chromium chromium = Chromium.start(Chromium.installed().orElseThrow())) {
            take(chromium, ColorScheme.LIGHT, "#/search?id=train%2Fsign-090%2F02.png&k=12", "#hits img", "search");
            take(chromium, ColorScheme.LIGHT, "#/models", "tbody tr", "models");
            take(chromium, ColorScheme.LIGHT, "#/pipeline", "#dead-letters .state, #dead-letters .letter", "pipeline");
            take(chromium, ColorScheme.DARK, "#/map", "canvas.scatter", "map");
        }
    }

    private void take(Chromium chromium, ColorScheme colours, String hash, String there, String name) throws Exception {
        Page page = chromium.open(WIDTH, HEIGHT, colours);
        page.navigate(url + "/console/" + hash);
        assertThat(page.locator(there).first()).isVisible();
        // Those below the edge are not loaded before somebody scrolls. Charts and maps are drawn with the next frame.
        page.evaluate(
                "Promise.all([...document.images].filter(image => image.getBoundingClientRect().top < innerHeight)"
                        + ".map(image => image.decode().catch(() => {})))"
                        + ".then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))");
        Path file = folder.resolve("console-" + name + ".png");
        Files.write(file, SmallPng.of(page.screenshot()));
        page.context().close();
        assertThat(Files.size(file)).as(file.toString()).isLessThan(MOST_BYTES);
    }
}
