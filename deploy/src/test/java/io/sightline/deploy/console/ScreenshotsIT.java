package io.sightline.deploy.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.sightline.deploy.demo.ProceduralGallery;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Makes the pictures of the documentation: start {@code sightline demo}, wait for a few versions, and run this with
 * {@code -Dsightline.screenshots=deploy/docs -Dsightline.console.url=http://127.0.0.1:19090}. Images are sent to the demo
 * while its pipeline is taken.
 */
@EnabledIfSystemProperty(named = "sightline.screenshots", matches = ".+")
@EnabledIfSystemProperty(named = "sightline.console.url", matches = "http.+")
class ScreenshotsIT {

    private static final int MOST_BYTES = 150_000;
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 800;
    private static final int SIGNS = 100;
    private static final int DRAWINGS = 40;
    private static final Duration BETWEEN = Duration.ofMillis(15);
    private static final int ENOUGH = 1_500;

    private final Path folder = Path.of(System.getProperty("sightline.screenshots", "target"));
    private final String url = System.getProperty("sightline.console.url", "");
    private final URI ingest = URI.create(System.getProperty("sightline.ingest.url", "http://127.0.0.1:19080"));

    @Test
    void shouldTakeAPictureOfEachPage() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
        try (Chromium chromium = Chromium.start(Chromium.installed().orElseThrow())) {
            take(chromium, ColorScheme.LIGHT, "#/search?id=train%2Fsign-090%2F02.png&k=12", "#hits img", "search");
            take(chromium, ColorScheme.LIGHT, "#/models", "tbody tr", "models");
            take(chromium, ColorScheme.DARK, "#/map", "canvas.scatter", "map");
            underLoad(() -> take(
                    chromium,
                    ColorScheme.LIGHT,
                    "#/pipeline",
                    "#dead-letters .state, #dead-letters .letter",
                    "pipeline"));
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private void underLoad(Step step) throws Exception {
        List<DatasetImage> images =
                new ProceduralGallery(SIGNS, DRAWINGS, Instant.now().toEpochMilli()).images();
        AtomicInteger sent = new AtomicInteger();
        try (BulkLoader loader = new BulkLoader(ingest, 1);
                ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor()) {
            load.scheduleAtFixedRate(
                    () -> send(loader, images.get(sent.getAndIncrement() % images.size())),
                    0,
                    BETWEEN.toMillis(),
                    TimeUnit.MILLISECONDS);
            Awaitility.await("charts that show a load")
                    .atMost(Duration.ofMinutes(5))
                    .until(() -> sent.get() >= ENOUGH);
            step.run();
            load.shutdown();
        }
    }

    private static void send(BulkLoader loader, DatasetImage image) {
        try {
            loader.load(List.of(image), LabelPolicy.ALL, () -> {});
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
