package io.sightline.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A demonstration from outside the services: it sends the gallery through the gateway, most of it at once and the
 * rest while the model learns, follows the versions through the search API, and measures each as it goes active.
 */
public final class Demo {

    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
    private static final int CONCURRENCY = 16;
    /** After so many rejections in a row the demonstration ends: it would go on for ever. */
    private static final int MOST_REJECTED = 8;
    /** Every so many images one is embedded again at the end. */
    private static final int SAMPLED = 20;

    private static final Duration LOOK = Duration.ofMillis(250);
    /** This share of the training images arrives while the model learns. */
    private static final double LATE_SHARE = 0.1;

    private static final Duration LATE_PAUSE = Duration.ofMillis(250);
    /** So often a test image may be unknown to the index before it counts as unusable. */
    private static final int PATIENCE = 40;

    private final Stack stack;
    private final StackSettings settings;
    private final Gallery gallery;
    private final DemoScreen screen;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final List<String> refused = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, VersionRow> rows = new LinkedHashMap<>();
    private final Map<String, OutsideMeasure.Figures> measured = new TreeMap<>();
    private final Map<String, Double> publishToActive = new TreeMap<>();
    private final Map<String, Integer> indexed = new TreeMap<>();
    private long embeddedBefore;
    private Instant embeddedSince = Instant.EPOCH;
    private double rate;
    private volatile boolean bulkLoaded;
    private int attempts;

    Demo(Stack stack, StackSettings settings, Gallery gallery, DemoScreen screen) {
        this.stack = stack;
        this.settings = settings;
        this.gallery = gallery;
        this.screen = screen;
    }

    /**
     * Runs until the given number of swaps has taken place and everything is searchable, or for ever.
     *
     * @param swaps how many times one version must have replaced another; 0 to go on until stopped
     * @return what was found, after fewer swaps where the gate lets no more through; empty if it was stopped before
     *     anything was measured
     */
    Optional<DemoReport> run(int swaps, Instant start, BooleanSupplier stopping)
            throws IOException, InterruptedException {
        Thread loader = Thread.ofPlatform().name("demo-loader").daemon().start(this::load);
        try (SearchClient client = new SearchClient(stack.searchUrl());
                Admin admin = Admin.create(stack.connection().admin())) {
            OutsideMeasure measure = new OutsideMeasure(client, gallery.test());
            boolean announced = false;
            while (!stopping.getAsBoolean()) {
                JsonNode status = client.get("/v1/status");
                follow(client.get("/v1/models"));
                measureIfDue(measure, status);
                show(admin, status);
                boolean current = rows.values().stream()
                        .filter(row -> row.status().equals("ACTIVE"))
                        .allMatch(row -> measured.containsKey(row.version()));
                if (!announced && !loader.isAlive() && current && swaps() >= 1) {
                    screen.event("the gallery is searchable and the model has learned: " + stack.searchUrl());
                    announced = true;
                }
                if (swaps > 0 && current && swaps() >= swaps && !loader.isAlive() && isAllSearchable(status)) {
                    return Optional.of(report(measure, start));
                }
                requireTrainer();
                if (swaps > 0 && rejectedInARow() >= MOST_REJECTED && !loader.isAlive()) {
                    screen.event("the gate let nothing through in " + MOST_REJECTED
                            + " rounds: the model has learned what it can from these images");
                    return Optional.of(report(measure, start));
                }
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
            return measured.isEmpty() ? Optional.empty() : Optional.of(report(measure, start));
        }
    }

    private void requireTrainer() throws IOException {
        String phase = stack.trainer().status().phase();
        if (phase.startsWith("failed")) {
            throw new IOException("the trainer " + phase);
        }
    }

    private void load() {
        List<DatasetImage> training = new ArrayList<>(gallery.training());
        Collections.shuffle(training, new Random(settings.training().seed()));
        int late = (int) (training.size() * LATE_SHARE);
        List<DatasetImage> atOnce = new ArrayList<>(training.subList(late, training.size()));
        atOnce.addAll(gallery.test());
        try (BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), CONCURRENCY)) {
            send(loader, atOnce);
            bulkLoaded = true;
            while (stack.trainer().status().steps() == 0) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
            for (DatasetImage image : training.subList(0, late)) {
                TimeUnit.NANOSECONDS.sleep(LATE_PAUSE.toNanos());
                send(loader, List.of(image));
            }
        } catch (InterruptedException e) {
            LOG.debug("the demo's loader was interrupted");
            Thread.currentThread().interrupt();
        }
    }

    private void send(BulkLoader loader, List<DatasetImage> images) throws InterruptedException {
        BulkLoader.Report report = loader.load(images, LabelPolicy.TRAIN_ONLY, acknowledged::incrementAndGet);
        report.refused().forEach(one -> {
            refused.add(one.id());
            LOG.warn("image {} was refused: {}", one.id(), one.reason());
        });
    }

    private void follow(JsonNode models) {
        for (JsonNode model : models) {
            String version = model.path("version").asText();
            String status = model.path("status").asText();
            VersionRow before = rows.get(version);
            if (status.equals("ACTIVE") && !publishToActive.containsKey(version)) {
                Duration took = Duration.between(
                        Instant.parse(model.path("publishedTime").asText()),
                        Instant.parse(model.path("eventTime").asText()));
                publishToActive.put(version, took.toMillis() / 1000.0);
            }
            if (before == null || !before.status().equals(status)) {
                screen.event(String.format(
                        "%s is %s: %s", version, status, model.path("reason").asText()));
            }
            rows.put(version, row(version, status, model.path("steps").asLong()));
        }
    }

    private VersionRow row(String version, String status, long steps) {
        OutsideMeasure.Figures figures = measured.get(version);
        return new VersionRow(
                version,
                status,
                figures == null ? null : figures.recallAt1(),
                figures == null ? null : figures.mapAtR(),
                indexed.get(version),
                steps,
                publishToActive.get(version));
    }

    /** Measures the version that answers, once, as soon as every test image is searchable. */
    private void measureIfDue(OutsideMeasure measure, JsonNode status) throws IOException, InterruptedException {
        String version = status.path("active").asText("");
        boolean due = bulkLoaded && status.path("lag").path(version).asLong(1) == 0;
        if (version.isEmpty() || measured.containsKey(version) || !due) {
            return;
        }
        attempts++;
        Optional<OutsideMeasure.Figures> figures = measure.measure(version, attempts > PATIENCE);
        figures.ifPresent(found -> {
            attempts = 0;
            measured.put(version, found);
            rows.computeIfPresent(version, (name, row) -> row(name, row.status(), row.steps()));
        });
    }

    /** Rejected versions since the newest that was not. */
    private int rejectedInARow() {
        int rejected = 0;
        for (VersionRow row : rows.values()) {
            rejected = row.status().equals("REJECTED") ? rejected + 1 : 0;
        }
        return rejected;
    }

    /** Versions after the first that went active: each replaced another. */
    private int swaps() {
        return (int) rows.values().stream().filter(VersionRow::hasBeenActive).count() - 1;
    }

    private static boolean isAllSearchable(JsonNode status) {
        return status.path("lag").path(status.path("active").asText("")).asLong(1) == 0;
    }

    private void show(Admin admin, JsonNode status) {
        Map<String, Long> counts = new TreeMap<>();
        Map<String, Long> lags = new TreeMap<>();
        long embedded = 0;
        for (Map.Entry<String, JsonNode> count : status.path("images").properties()) {
            counts.put(count.getKey(), count.getValue().asLong());
            LaneProgress progress = LaneProgress.read(admin, count.getKey());
            lags.put(count.getKey(), progress.lag());
            embedded += progress.committed().values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
        updateRate(embedded);
        screen.show(new DemoScreen.View(
                gallery.name(),
                acknowledged.get(),
                gallery.images().size(),
                rate,
                lags,
                counts,
                status.path("active").asText(""),
                stack.trainer().status(),
                settings.rounds().steps(),
                List.copyOf(rows.values()),
                stack.searchUrl()));
    }

    private void updateRate(long embedded) {
        Instant now = Instant.now();
        Duration since = Duration.between(embeddedSince, now);
        if (since.compareTo(Duration.ofSeconds(1)) >= 0) {
            rate = Math.max(0, embedded - embeddedBefore) * 1000.0 / since.toMillis();
            embeddedBefore = embedded;
            embeddedSince = now;
        }
    }

    private DemoReport report(OutsideMeasure measure, Instant start) throws InterruptedException {
        screen.finish();
        int duplicates = 0;
        int stale = 0;
        int wrongVectors = 0;
        String active = "";
        for (VersionRow row : List.copyOf(rows.values())) {
            if (row.hasBeenActive()) {
                CheckReport check = settledCheck(row.version());
                check.examples().forEach(example -> screen.event("  " + row.version() + " " + example));
                duplicates += check.duplicates();
                stale += check.stale();
                wrongVectors += check.wrongVectors();
                indexed.put(row.version(), check.indexed());
                active = row.status().equals("ACTIVE") ? row.version() : active;
            }
            rows.put(row.version(), row(row.version(), row.status(), row.steps()));
        }
        int found = indexed.getOrDefault(active, 0);
        return new DemoReport(
                gallery.name(),
                gallery.images().size(),
                found,
                gallery.images().size() - found,
                duplicates,
                stale,
                wrongVectors,
                active,
                measure.mixedAnswers(),
                Duration.between(start, Instant.now()).toMillis() / 1000.0,
                List.copyOf(rows.values()));
    }

    /** What is searchable is committed to disk a little later. */
    private CheckReport settledCheck(String version) throws InterruptedException {
        ConsistencyCheck check = new ConsistencyCheck(
                stack.connection(),
                DataDirectory.indexes(settings.directory()),
                settings.payloads().openReader(),
                gallery.images().size() / SAMPLED);
        CheckReport report = check.run(version);
        for (int i = 0; i < 10 && !report.isClean(); i++) {
            TimeUnit.SECONDS.sleep(1);
            report = check.run(version);
        }
        return report;
    }
}
