package io.sightline.deploy.bench;

import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.demo.ProceduralGallery;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Ports;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;

/**
 * How long the pages of the console take to load in Chromium, from the beginning of the navigation until what they are about
 * is there: with an empty cache, and again.
 *
 * @param images that are indexed
 * @param repeats loads that medians are taken of
 * @param chromium the browser
 */
public record ConsoleBench(int images, int repeats, Path chromium) {

    private static final double MOST_MILLIS = 1_000;
    private static final int IMAGES_PER_CLASS = 10;
    private static final int CONCURRENCY = 16;
    private static final int DIMENSIONS = 64;
    private static final List<Integer> WIDTHS = List.of(8, 16);
    private static final Duration LOOK = Duration.ofMillis(250);

    /**
     * A page and the script that says whether it is there.
     *
     * @param name for the table
     * @param hash its address
     * @param there true once it is
     */
    private record ConsolePage(String name, String hash, String there) {}

    /** Medians of a page, in milliseconds; the slowest of all loads beside them. */
    record Row(String page, double firstVisitMillis, double againMillis, double slowestMillis) {}

    /**
     * Measures, prints the table and writes it to console.json.
     *
     * @return whether the median of the first visits of every page is below a second
     */
    public boolean run(Path folder, PrintStream out) throws IOException, InterruptedException {
        try (BenchFolder data = BenchFolder.create("console");
                Stack stack = Stack.start(settings(data.path().resolve("stack")), what -> {})) {
            String id = fill(stack);
            out.printf("%n%-16s %14s %10s %11s%n", "page", "first visit ms", "again ms", "slowest ms");
            List<Row> rows = new ArrayList<>();
            try (DevTools browser = new DevTools(chromium, data.path().resolve("profile"))) {
                for (ConsolePage page : pages(id)) {
                    Row row = measure(browser, stack.searchUrl() + "/console/", page);
                    rows.add(row);
                    out.printf(
                            Locale.ROOT,
                            "%-16s %14.0f %10.0f %11.0f%n",
                            row.page,
                            row.firstVisitMillis,
                            row.againMillis,
                            row.slowestMillis);
                }
            }
            double slowest =
                    rows.stream().mapToDouble(Row::firstVisitMillis).max().orElseThrow();
            out.printf(Locale.ROOT, "%n%d images; slowest_page_ms %.0f%n", images, slowest);
            Map<String, Object> figures =
                    Map.of("images", images, "repeats", repeats, "rows", rows, "slowest_page_ms", slowest);
            BenchFile.write(folder.resolve("console.json"), figures, out);
            return slowest < MOST_MILLIS;
        }
    }

    private static List<ConsolePage> pages(String id) {
        String byId = "#/search?id=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
        return List.of(
                new ConsolePage("search", "#/search", "document.querySelector('.state')"),
                new ConsolePage(
                        "search by image",
                        byId,
                        "document.querySelectorAll('#hits .hit').length > 0 && [...document.querySelectorAll('#hits"
                                + " img')].slice(0, 12).every(image => image.complete)"),
                new ConsolePage("models", "#/models", "document.querySelector('tbody tr')"),
                new ConsolePage("version", "#/models/v1", "document.querySelector('.history li')"),
                new ConsolePage(
                        "pipeline",
                        "#/pipeline",
                        "document.querySelector('.tile-value') && !document.querySelector('#dead-letters .skeleton')"),
                new ConsolePage("embedding map", "#/map", "document.querySelector('canvas.scatter')"));
    }

    private Row measure(DevTools browser, String console, ConsolePage page) throws IOException {
        // What is computed once in the background, as the map is, and classes that are loaded first, are no matter of
        // the page.
        load(browser, console, page);
        double[] first = new double[repeats];
        double[] again = new double[repeats];
        double slowest = 0;
        for (int repeat = 0; repeat < repeats; repeat++) {
            browser.ask("Network.enable", Map.of());
            browser.ask("Network.clearBrowserCache", Map.of());
            first[repeat] = load(browser, console, page);
            again[repeat] = load(browser, console, page);
            slowest = Math.max(slowest, Math.max(first[repeat], again[repeat]));
        }
        return new Row(page.name, Statistics.median(first), Statistics.median(again), slowest);
    }

    /** Milliseconds since the navigation began, by the page's own clock. */
    private static double load(DevTools browser, String console, ConsolePage page) throws IOException {
        browser.navigate("about:blank");
        browser.navigate(console + page.hash);
        return browser.evaluate("new Promise((resolve, reject) => {"
                        + " const look = () => {"
                        + "  if (" + page.there + ") { resolve(performance.now()); }"
                        + "  else if (performance.now() > 50000) { reject(new Error('not there: " + page.name + "')); }"
                        + "  else { setTimeout(look, 4); } };"
                        + " look(); })")
                .asDouble();
    }

    /** Sends the images and waits until all can be searched; the id of one of them. */
    private String fill(Stack stack) throws IOException, InterruptedException {
        List<DatasetImage> drawings =
                new ProceduralGallery(Math.ceilDiv(images, IMAGES_PER_CLASS), IMAGES_PER_CLASS, 7).images();
        List<DatasetImage> sent = drawings.subList(0, images);
        try (SearchClient client = new SearchClient(stack.searchUrl());
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), CONCURRENCY);
                ProgressBar bar = BenchBar.of("indexing", images, "images")) {
            BulkLoader.Report report = loader.load(sent, LabelPolicy.ALL, () -> {});
            if (!report.refused().isEmpty()) {
                throw new IOException("ingest refused " + report.refused().getFirst());
            }
            long indexed = 0;
            while (indexed < images) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                indexed = client.get("/v1/status").path("images").path("v1").asLong();
                bar.stepTo(indexed);
            }
        }
        return sent.getFirst().id();
    }

    /** It embeds and answers, and never trains. */
    private static StackSettings settings(Path directory) {
        return new StackSettings(
                directory,
                Ports.FREE,
                PayloadSettings.at(DataDirectory.payloads(directory).toString()),
                LaneSettings.DEFAULT,
                new ConvNet(Preprocessing.DRAWING, WIDTHS, DIMENSIONS),
                TrainingSettings.defaults(Augmentation.DRAWING, 1),
                RoundSettings.DEFAULT.with(draft -> draft.minClasses = Integer.MAX_VALUE),
                RolloutSettings.DEFAULT);
    }
}
