package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.deploy.train.DecodedSet;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.trainer.report.ChartPage;
import io.sightline.trainer.report.Series;
import io.sightline.trainer.report.SvgChart;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;

/**
 * A stream that never stands still, on a whole stack: classes that join, labels that are wrong and then corrected.
 * Measures whether versions get better, whether what was learned first is forgotten, and whether corrections win.
 *
 * @param settings the stack
 * @param data a data set with train/ and test/
 * @param length of all three phases
 * @param wrongShare share of the images that get a wrong label for a while
 * @param seed of the halves, the order and the wrong labels
 */
public record StreamBench(StackSettings settings, Path data, Duration length, double wrongShare, long seed) {

    private static final int CONCURRENCY = 8;
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration SETTLE = Duration.ofMinutes(2);

    /**
     * Runs it and writes stream.json and stream.html.
     *
     * @return whether versions got better, no more than 3 points of the first half were forgotten, every corrected label
     *     is in the index, and no image is missing there
     */
    public boolean run(Path folder, PrintStream out) throws IOException, InterruptedException {
        try (Dataset dataset = Dataset.open(data)) {
            List<DatasetImage> training = dataset.images().stream()
                    .filter(image -> image.label() != null && !"test".equals(image.split()))
                    .toList();
            StreamImages images = StreamImages.of(training, wrongShare, seed);
            DecodedSet decoded = DecodedSet.open(data, settings.net().preprocessing(), (done, all) -> {});
            out.printf(
                    "%s: %d + %d images of two halves of the classes, %d wrong labels; %d images kept back, %d of test"
                            + " classes to measure on; 3 phases of %d s%n",
                    data.getFileName(),
                    images.first().size(),
                    images.second().size(),
                    images.wrong().size(),
                    images.keptBack().size(),
                    decoded.test().images().size(),
                    phase().toSeconds());
            StreamOutcome outcome = stream(images, new StreamMeasure(decoded, images));
            print(outcome, out);
            page(outcome, folder.resolve("stream.html"));
            out.println("\nwritten to " + folder.resolve("stream.html"));
            BenchFile.write(folder.resolve("stream.json"), json(outcome), out);
            return outcome.holds();
        }
    }

    private Duration phase() {
        return length.dividedBy(3);
    }

    private StreamOutcome stream(StreamImages images, StreamMeasure measure) throws IOException, InterruptedException {
        Map<String, StreamPoint> points = new LinkedHashMap<>();
        try (Stack stack = Stack.start(settings, what -> {});
                SearchClient client = new SearchClient(stack.searchUrl());
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), CONCURRENCY);
                ProgressBar bar = BenchBar.of("stream", length.toSeconds(), "s")) {
            StreamFeeder feeder = new StreamFeeder(loader, images, phase());
            Instant start = Instant.now();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread feeding = Thread.ofPlatform().name("stream-feeder").daemon().start(() -> {
                try {
                    feeder.run();
                } catch (InterruptedException | RuntimeException | Error e) {
                    failure.set(e);
                }
            });
            while (feeding.isAlive()) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
                bar.stepTo((long) feeder.seconds());
                bar.setExtraMessage(stack.trainer().status().phase());
                look(client, measure, start, points);
            }
            if (failure.get() != null || feeder.refused() > 0) {
                throw new IOException(feeder.refused() + " images were refused", failure.get());
            }
            Map<String, String> labels =
                    images.all().stream().collect(Collectors.toMap(DatasetImage::id, StreamImages::label));
            int[] index = settled(client, labels, images);
            look(client, measure, start, points);
            return new StreamOutcome(
                    List.copyOf(points.values()),
                    phase().toMillis() / 1000.0,
                    images.all().size(),
                    index[0],
                    index[1]);
        }
    }

    /** Measures versions that are new and notes what became of the others. */
    private static void look(SearchClient client, StreamMeasure measure, Instant start, Map<String, StreamPoint> points)
            throws IOException, InterruptedException {
        for (JsonNode model : client.get("/v1/models")) {
            String version = model.path("version").asText();
            String status = model.path("status").asText();
            if (points.containsKey(version)) {
                points.computeIfPresent(version, (name, point) -> point.withOutcome(status));
                continue;
            }
            Instant published = Instant.parse(model.path("publishedTime").asText());
            ModelArtifact artifact = ModelArtifact.open(
                    URI.create(model.path("artifactUri").asText()),
                    model.path("manifestSha256").asText());
            try (EmbeddingModel network = EmbeddingModel.load(artifact)) {
                points.put(
                        version,
                        new StreamPoint(
                                version,
                                Duration.between(start, published).toMillis() / 1000.0,
                                model.path("steps").asLong(),
                                status,
                                measure.of(network),
                                ResidentSet.megabytes(ProcessHandle.current().pid())));
            }
        }
    }

    /**
     * Waits until the active index has all images with their true labels, for as long as that may take.
     *
     * @return images that it has, and labels that are wrong
     */
    private static int[] settled(SearchClient client, Map<String, String> labels, StreamImages images)
            throws IOException, InterruptedException {
        Instant latest = Instant.now().plus(SETTLE);
        while (true) {
            JsonNode status = client.get("/v1/status");
            int indexed =
                    status.path("images").path(status.path("active").asText("")).asInt();
            int wrong = 0;
            for (String id : images.wrong().keySet()) {
                String path = "/v1/images/" + URLEncoder.encode(id, StandardCharsets.UTF_8) + "?lineage=false";
                wrong += client.get(path).path("label").asText("").equals(labels.get(id)) ? 0 : 1;
            }
            if ((indexed == labels.size() && wrong == 0) || Instant.now().isAfter(latest)) {
                return new int[] {indexed, wrong};
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    private static void print(StreamOutcome outcome, PrintStream out) {
        out.printf(
                "%n%-8s %8s %8s %-9s %9s %11s %11s %11s %8s%n",
                "version",
                "second",
                "steps",
                "outcome",
                "test R@1",
                "first half",
                "second half",
                "wrong wins",
                "RSS MB");
        for (StreamPoint point : outcome.points()) {
            out.printf(
                    Locale.ROOT,
                    "%-8s %8.0f %8d %-9s %9.1f %11.1f %11.1f %11.1f %8.0f%n",
                    point.version(),
                    point.seconds(),
                    point.steps(),
                    point.outcome().toLowerCase(Locale.ROOT),
                    100 * point.figures().test(),
                    100 * point.figures().first(),
                    100 * point.figures().second(),
                    100 * point.figures().wrongWins(),
                    point.rssMegabytes());
        }
        out.println();
        outcome.figures().forEach((name, value) -> out.printf(Locale.ROOT, "%-26s %.3f%n", name, value));
    }

    private static Map<String, Object> json(StreamOutcome outcome) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("points", outcome.points());
        json.put("phaseSeconds", outcome.phaseSeconds());
        json.put("images", outcome.images());
        json.put("figures", outcome.figures());
        json.put("holds", outcome.holds());
        return json;
    }

    private void page(StreamOutcome outcome, Path file) {
        double phase = outcome.phaseSeconds();
        List<SvgChart.Mark> marks = List.of(
                new SvgChart.Mark(phase, "the other half of the classes joins", false),
                new SvgChart.Mark(2 * phase, "some labels are wrong", true),
                new SvgChart.Mark(2.5 * phase, "they are corrected", false));
        new ChartPage(
                        "A stream of three phases",
                        "Half of the classes; then the other half joins; then some labels are wrong, and later corrected."
                                + " Vertical lines are these changes.")
                .chart(
                        "Recall@1 of each version",
                        "second",
                        List.of(
                                series(
                                        "classes never sent",
                                        outcome,
                                        point -> point.figures().test()),
                                series(
                                        "first half, images kept back",
                                        outcome,
                                        point -> point.figures().first()),
                                series(
                                        "other half, images kept back",
                                        outcome,
                                        point -> point.figures().second())),
                        marks)
                .note("Lines join the versions that were served; crosses are versions that the gate kept back.")
                .chart(
                        "Wrong labels that win: images nearer to the class of their wrong label than to their own",
                        "second",
                        List.of(new Series(
                                "share",
                                outcome.points().stream()
                                        .map(point -> new Series.Point(
                                                point.seconds(), point.figures().wrongWins()))
                                        .toList())),
                        marks)
                .chart(
                        "Resident set size of the whole process in megabytes",
                        "second",
                        List.of(new Series(
                                "RSS",
                                outcome.points().stream()
                                        .map(point -> new Series.Point(point.seconds(), point.rssMegabytes()))
                                        .toList())),
                        marks)
                .table(
                        "Figures",
                        List.of("Figure", "Value"),
                        outcome.figures().entrySet().stream()
                                .map(figure ->
                                        List.of(figure.getKey(), String.format(Locale.ROOT, "%.3f", figure.getValue())))
                                .toList())
                .write(file);
    }

    private static Series series(String name, StreamOutcome outcome, ToDoubleFunction<StreamPoint> figure) {
        List<Series.Point> points = new ArrayList<>();
        for (StreamPoint point : outcome.points()) {
            String title = point.version() + ", " + point.outcome().toLowerCase(Locale.ROOT);
            points.add(new Series.Point(point.seconds(), figure.applyAsDouble(point), !point.served(), title));
        }
        return new Series(name, points);
    }
}
