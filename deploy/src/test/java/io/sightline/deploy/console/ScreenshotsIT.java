package io.sightline.deploy.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import io.sightline.deploy.client.SearchClient;
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
 * Makes the pictures of the documentation, of a stack that is empty at first:
 *
 * <pre>
 * deploy/sightline up --images drawing --dir target/pictures --round-steps 300 --min-interval PT0S
 * mvn verify -pl deploy -am -Dit.test=ScreenshotsIT -Dsightline.screenshots=deploy/docs
 *     -Dsightline.console.url=http://127.0.0.1:19090
 * </pre>
 */
@EnabledIfSystemProperty(named = "sightline.screenshots", matches = ".+")
@EnabledIfSystemProperty(named = "sightline.console.url", matches = "http.+")
class ScreenshotsIT {

    private static final int MOST_BYTES = 150_000;
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 800;
    private static final int SIGNS = 40;
    private static final int DRAWINGS = 75;
    private static final int TRAINED = 2;
    private static final int ENOUGH_VERSIONS = 5;
    private static final Duration BETWEEN = Duration.ofMillis(15);
    private static final int ENOUGH_IMAGES = 1_500;

    private final Path folder = Path.of(System.getProperty("sightline.screenshots", "target"));
    private final String url = System.getProperty("sightline.console.url", "");
    private final URI ingest = URI.create(System.getProperty("sightline.ingest.url", "http://127.0.0.1:19080"));

    @Test
    void shouldTakeAPictureOfEachPage() throws Exception {
        List<DatasetImage> gallery = new ProceduralGallery(SIGNS, DRAWINGS, 7).images();
        try (Chromium chromium = Chromium.start();
                BulkLoader loader = new BulkLoader(ingest, 4)) {
            // Maps take longer than pages.
            PlaywrightAssertions.setDefaultAssertionTimeout(60_000);
            loader.load(gallery, LabelPolicy.ALL, () -> {});
            // The first that has learnt anything, beside the one that has not.
            awaitActive(TRAINED);
            take(chromium, ColorScheme.DARK, "#/map", "canvas.scatter", "map");
            awaitVersions();
            take(chromium, ColorScheme.LIGHT, "#/search?id=train%2Fsign-017%2F02.png&k=12", "#hits img", "search");
            take(chromium, ColorScheme.LIGHT, "#/models", "tbody tr", "models");
            underLoad(() -> take(
                    chromium,
                    ColorScheme.LIGHT,
                    "#/pipeline",
                    "#dead-letters .state, #dead-letters .letter",
                    "pipeline"));
        }
    }

    private void awaitActive(int number) {
        try (SearchClient client = new SearchClient(url)) {
            Awaitility.await("version " + number)
                    .atMost(Duration.ofMinutes(10))
                    .until(() -> number(client.get("/v1/status").path("active").asText("v0")) >= number);
        }
    }

    /** Of whatever status: the gates let few through once nearly all is learnt. */
    private void awaitVersions() {
        try (SearchClient client = new SearchClient(url)) {
            Awaitility.await(ENOUGH_VERSIONS + " versions")
                    .atMost(Duration.ofMinutes(10))
                    .until(() -> client.get("/v1/models").size() >= ENOUGH_VERSIONS);
        }
    }

    private static int number(String version) {
        return Integer.parseInt(version.substring(1));
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
                    .until(() -> sent.get() >= ENOUGH_IMAGES);
            step.run();
            load.shutdown();
        }
    }

    private static void send(BulkLoader loader, DatasetImage image) {
        try {
            loader.load(List.of(image), LabelPolicy.NONE, () -> {});
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
