package io.sightline.deploy.faults;

import io.sightline.deploy.bench.BenchBar;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;

/**
 * Three embedder processes and three brokers, killed with -9 while images come and a second version back-fills: is every
 * image embedded once by each version, and right?
 *
 * @param settings what they have to survive
 * @param command main class of the sightline command
 */
public record EmbedderFaults(FaultSettings settings, Class<?> command) {

    private static final int EMBEDDERS = 3;
    private static final String FIRST = "v1";
    private static final String SECOND = "v2";
    /** Of the time with faults, in which images are sent. */
    private static final double FEED_SHARE = 0.7;

    private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(5);

    /**
     * Inflicts the faults, compares, prints a table and writes embedder.json. What the processes said is kept if something
     * was wrong.
     *
     * @param folder for the figures
     * @return whether nothing is missing, duplicate or wrong
     */
    public boolean run(Path folder, PrintStream out) throws IOException, InterruptedException {
        out.printf(
                "%d images, %d embedders, %d brokers, seed %d%n",
                settings.images(), EMBEDDERS, FaultCluster.BROKERS, settings.seed());
        return FaultFolder.run(folder.resolve("embedder.json"), out, this::measure);
    }

    private FaultReport measure(Path work) throws IOException, InterruptedException {
        SeededDrawings drawings = new SeededDrawings(settings.seed());
        Duration feedTime = Duration.ofMillis((long) (settings.length().toMillis() * FEED_SHARE));
        try (FaultCluster cluster = FaultCluster.start(work, settings.transactionVersion());
                EmbedderFleet fleet = new EmbedderFleet(command, cluster.connection(), work);
                LaneWatch watch = new LaneWatch(cluster.connection(), List.of(FIRST, SECOND));
                ImageFeed feed =
                        new ImageFeed(cluster.connection(), cluster.serdes(), drawings, settings.images(), feedTime)) {
            List<ModelArtifact> versions =
                    List.of(cluster.write(FIRST, settings.seed()), cluster.write(SECOND, settings.seed() + 1));
            cluster.publish(versions.get(0), ModelStatus.ACTIVE);
            for (int i = 0; i < EMBEDDERS; i++) {
                fleet.start(i);
            }
            fleet.awaitReady();

            Inflicted inflicted;
            double seconds;
            Map<String, ImageFeed.Position> sent;
            try (ProgressBar bar = BenchBar.of("embedding", 2L * settings.images(), "images")) {
                FaultRun run = new FaultRun(cluster, fleet, watch, versions.get(1), EMBEDDERS, bar);
                feed.start();
                run.run(FaultPlan.of(settings, EMBEDDERS, FaultCluster.BROKERS), settings.length());
                sent = feed.await();
                seconds = awaitRecovery(run, watch);
                inflicted = run.inflicted();
            }
            fleet.stop();
            return check(
                    cluster,
                    new EmbeddingsCheck(cluster.connection(), cluster.serdes(), drawings, settings.images(), sent),
                    versions,
                    inflicted,
                    seconds);
        }
    }

    /** Waits until both lanes have committed everything; returns the seconds since the start of the run. */
    private double awaitRecovery(FaultRun run, LaneWatch watch) throws IOException, InterruptedException {
        double latest = run.seconds() + LONGEST_RECOVERY.toSeconds();
        while (watch.committedOfAll() < 2L * settings.images()) {
            if (run.seconds() > latest) {
                throw new IllegalStateException("the lanes did not catch up within " + LONGEST_RECOVERY.toSeconds()
                        + " s after the last fault: " + watch.lag(FIRST) + " images to go for " + FIRST + ", "
                        + watch.lag(SECOND) + " for " + SECOND);
            }
            run.lookOn();
        }
        return run.seconds();
    }

    private FaultReport check(
            FaultCluster cluster,
            EmbeddingsCheck check,
            List<ModelArtifact> versions,
            Inflicted inflicted,
            double seconds)
            throws InterruptedException {
        cluster.brokers().awaitWhole(LONGEST_RECOVERY);
        List<VersionOutcome> outcomes = new ArrayList<>();
        for (ModelArtifact version : versions) {
            String name = version.descriptor().version();
            cluster.awaitNoTransaction(name);
            try (ProgressBar bar = BenchBar.of("checking " + name, settings.images(), "images")) {
                outcomes.add(check.run(version, bar::stepTo));
            }
        }
        return new FaultReport(settings, inflicted, seconds, outcomes, check.examples());
    }
}
