package io.sightline.deploy.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.bench.BenchBar;
import io.sightline.deploy.bench.UntrainedNetwork;
import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Ports;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.schemas.RecordSerdes;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;

/**
 * Version follows version, some are gone back from, while clients search and images arrive. Each version is another
 * network, so that an answer of two spaces has wrong scores.
 *
 * @param settings how often, and under which load
 */
public record RolloutFaults(RolloutFaultSettings settings) {

    private static final String FIRST = "v1";
    private static final int DIMENSIONS = 32;
    private static final List<Integer> WIDTHS = List.of(8, 16);
    private static final ConvNet NET = new ConvNet(Preprocessing.DRAWING, WIDTHS, DIMENSIONS);
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final Duration LONGEST_CHANGE = Duration.ofMinutes(15);
    private static final Duration LONGEST_SETTLING = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int EMBEDDED_AGAIN = 200;

    /**
     * Runs, compares, prints a table and writes rollouts.json. All is kept if something was wrong.
     *
     * @param folder for the figures
     * @return whether nothing was wrong
     */
    public boolean run(Path folder, PrintStream out) throws IOException, InterruptedException {
        out.printf(
                "%d rollouts, %d rollbacks, %d clients, %d images a second, seed %d%n",
                settings.rollouts(),
                settings.rollbacks(),
                settings.clients(),
                settings.imagesPerSecond(),
                settings.seed());
        return FaultFolder.run(folder.resolve("rollouts.json"), out, this::measure);
    }

    private RolloutReport measure(Path work) throws IOException, InterruptedException {
        SeededDrawings drawings = new SeededDrawings(settings.seed());
        StackSettings stackSettings = stack(work);
        List<RolloutReport.Change> changes = new ArrayList<>();
        try (Stack stack = Stack.start(stackSettings, what -> {});
                SearchClient client = new SearchClient(stack.searchUrl());
                VersionSpaces spaces = new VersionSpaces(drawings);
                ModelLog log = new ModelLog(stack.connection(), new RecordSerdes(stack.connection()));
                SteadyImages images = new SteadyImages(
                        stack.connection(),
                        new RecordSerdes(stack.connection()),
                        drawings,
                        settings.images(),
                        settings.imagesPerSecond());
                SearchingClients clients =
                        new SearchingClients(stack.searchUrl(), drawings, spaces, images::acknowledged)) {
            JsonNode first = awaitStatus(client, FIRST, "ACTIVE");
            spaces.add(ModelArtifact.open(
                    URI.create(first.path("artifactUri").asText()),
                    first.path("manifestSha256").asText()));
            images.start();
            await(() -> client.get("/v1/status").path("images").path(FIRST).asInt() >= settings.images());
            clients.start(settings.clients(), settings.seed());
            try (ProgressBar bar = BenchBar.of("rolling out", settings.rollouts(), "versions")) {
                for (int i = 1; i <= settings.rollouts(); i++) {
                    changes.add(rollOut(client, log, spaces, work, "v" + (i + 1), i));
                    if (settings.isRollbackAfter(i)) {
                        changes.add(rollBack(client));
                    }
                    bar.step();
                }
            }
            SearchingClients.Seen seen = clients.stop();
            int sent = images.stop();
            return new RolloutReport(settings, changes, sent, seen, check(stack, stackSettings));
        }
    }

    private RolloutReport.Change rollOut(
            SearchClient client, ModelLog log, VersionSpaces spaces, Path work, String version, int number)
            throws IOException, InterruptedException {
        ModelArtifact artifact;
        try (UntrainedNetwork network = new UntrainedNetwork(NET, settings.seed() + number)) {
            artifact = network.write(DataDirectory.models(work), version);
        }
        spaces.add(artifact);
        long start = System.nanoTime();
        log.publish(UntrainedNetwork.event(artifact));
        JsonNode active = awaitStatus(client, version, "ACTIVE");
        await(() -> client.get("/v1/status").path("active").asText().equals(version));
        Map<String, Double> gate = new HashMap<>();
        active.path("gate")
                .properties()
                .forEach(figure -> gate.put(figure.getKey(), figure.getValue().asDouble()));
        return new RolloutReport.Change(version, false, seconds(start), gate);
    }

    private static RolloutReport.Change rollBack(SearchClient client) throws IOException, InterruptedException {
        long start = System.nanoTime();
        String version = client.post("/v1/models:rollback").path("version").asText();
        awaitStatus(client, version, "ACTIVE");
        await(() -> client.get("/v1/status").path("active").asText().equals(version));
        return new RolloutReport.Change(version, true, seconds(start), Map.of());
    }

    private static JsonNode awaitStatus(SearchClient client, String version, String status)
            throws IOException, InterruptedException {
        long latest = System.nanoTime() + LONGEST_CHANGE.toNanos();
        while (true) {
            for (JsonNode model : client.get("/v1/models")) {
                if (model.path("version").asText().equals(version)) {
                    String now = model.path("status").asText();
                    if (now.equals(status)) {
                        return model;
                    }
                    if (now.equals("REJECTED") || System.nanoTime() > latest) {
                        throw new IllegalStateException("version " + version + " is " + now + ", not " + status + ": "
                                + model.path("reason").asText());
                    }
                }
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private static void await(Condition condition) throws IOException, InterruptedException {
        long latest = System.nanoTime() + LONGEST_CHANGE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > latest) {
                throw new IllegalStateException("nothing happened for " + LONGEST_CHANGE.toSeconds() + " s");
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private CheckReport check(Stack stack, StackSettings stackSettings) throws InterruptedException {
        ConsistencyCheck check = new ConsistencyCheck(
                stack.connection(),
                DataDirectory.indexes(stackSettings.directory()),
                stackSettings.payloads().openReader(),
                EMBEDDED_AGAIN);
        long latest = System.nanoTime() + LONGEST_SETTLING.toNanos();
        CheckReport report = check.run();
        while (!report.isClean() && System.nanoTime() < latest) {
            TimeUnit.SECONDS.sleep(1);
            report = check.run();
        }
        return report;
    }

    /** The trainer publishes the first version and then waits for labels that never come. */
    private StackSettings stack(Path work) {
        return new StackSettings(
                work,
                Ports.FREE,
                PayloadSettings.at(DataDirectory.payloads(work).toString()),
                LaneSettings.DEFAULT,
                NET,
                TrainingSettings.defaults(Augmentation.DRAWING, settings.seed()),
                RoundSettings.DEFAULT,
                new RolloutSettings(GRACE));
    }
}
