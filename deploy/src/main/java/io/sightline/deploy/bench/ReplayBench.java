package io.sightline.deploy.bench;

import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;

/**
 * Whether the memory of a running trainer stays bounded: the stream brings ten times as many labelled images as the
 * replay store holds. The trainer is the real command in a process of its own, with a broker and a registry, and trains
 * all the time. The figures are taken when it has joined 1, 2, 5 and 10 times the bound.
 *
 * @param bound images that the replay store of all partitions holds
 * @param heap largest Java heap of the trainer, as {@code -Xmx} takes it
 * @param command main class of the trainer's process, the {@code sightline} command
 */
public record ReplayBench(int bound, String heap, Class<?> command) {

    private static final List<Integer> MARKS = List.of(1, 2, 5, 10);
    private static final int CLASSES = 100;
    private static final int FIRST_IMAGES = 2 * CLASSES;
    private static final int LEAST = 2 * FIRST_IMAGES;
    private static final int LARGEST = Integer.MAX_VALUE / 10;
    private static final int WARM_UP_STEPS = 20;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final int SAMPLES = 10;
    private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(500);

    /** No round ends: nothing would embed the version that it publishes, and the trainer would wait for that. */
    private static final int ENDLESS_ROUND = 1_000_000;

    /** Checks the numbers. */
    public ReplayBench {
        if (bound < LEAST || bound > LARGEST) {
            throw new IllegalArgumentException(
                    "the bound must be " + LEAST + " to " + LARGEST + " images, not " + bound);
        }
        JavaHeap.upTo(heap);
    }

    /**
     * The trainer when all images so far were joined.
     *
     * @param times images sent in all, in bounds
     * @param images images sent in all
     * @param seconds from the first image sent behind the row before to the last one joined; the first row leaves out
     *     the images that training began with
     * @param imagesPerSecond images joined in that time
     * @param storedImages images in the replay store
     * @param storedBytes their pixels
     * @param steps steps made in all
     * @param stepsPerSecond steps while images were joined
     * @param heapMegabytes Java heap of the process, used or not
     * @param rssMegabytes resident set size of the process, the median of some seconds; NaN where it cannot be read
     */
    record Row(
            int times,
            long images,
            double seconds,
            double imagesPerSecond,
            long storedImages,
            long storedBytes,
            long steps,
            double stepsPerSecond,
            double heapMegabytes,
            double rssMegabytes) {}

    /**
     * Measures, prints the table and writes it to replay.json.
     *
     * @throws IllegalStateException if the trainer fails or stands still, with the end of its output
     */
    public void run(Path folder, PrintStream out) throws IOException, InterruptedException {
        List<Row> rows;
        try (BenchFolder temporary = BenchFolder.create("replay")) {
            rows = measure(temporary.path());
        }
        print(rows, out);
        double ratio = rows.getLast().rssMegabytes / rows.getFirst().rssMegabytes;
        if (Double.isNaN(ratio)) {
            out.println("\nThis system has no /proc: resident memory was not measured.");
        }
        out.printf(Locale.ROOT, "%nrss_10x_vs_1x %.3f%n", ratio);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("bound", bound);
        figures.put("bound_bytes", partitionBytes() * Topics.defaults().partitions());
        figures.put("heap", heap);
        figures.put("rows", rows);
        figures.put("rss_10x_vs_1x", ratio);
        BenchFile.write(folder.resolve("replay.json"), figures, out);
    }

    private List<Row> measure(Path directory) throws IOException, InterruptedException {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"), 0, 0)) {
            KafkaConnection connection = cluster.connection();
            RecordSerdes serdes = Stack.applyTopics(connection, Topics.defaults());
            try (LabelledStream stream = new LabelledStream(connection, serdes, CLASSES);
                    ReplayLag lag = new ReplayLag(connection, Topics.defaults());
                    ServiceProcess trainer = ServiceProcess.start(
                            command,
                            "trainer",
                            JavaHeap.upTo(heap),
                            directory.resolve("output.txt"),
                            arguments(connection, directory))) {
                activateInitial(connection, serdes, trainer);
                beginTraining(stream, trainer);
                try (ProgressBar bar = BenchBar.of("joining", (long) MARKS.getLast() * bound, "images")) {
                    List<Row> rows = new ArrayList<>();
                    for (int times : MARKS) {
                        rows.add(row(times, stream, lag, trainer, bar));
                    }
                    return rows;
                }
            }
        }
    }

    private List<String> arguments(KafkaConnection connection, Path directory) {
        return List.of(
                "--bootstrap-servers",
                connection.bootstrapServers(),
                "--schema-registry",
                connection.schemaRegistry(),
                "--dir",
                directory.resolve("trainer").toString(),
                "--images",
                "drawing",
                "--replay-bytes",
                String.valueOf(partitionBytes()),
                "--replay-images",
                String.valueOf(Integer.MAX_VALUE),
                "--round-steps",
                String.valueOf(ENDLESS_ROUND),
                "--min-interval",
                "PT0S",
                // The trainer counts training images only: without a holdout these are all.
                "--holdout",
                "0");
    }

    /** The bound of one partition, in bytes of pixels. */
    private long partitionBytes() {
        long images = Math.ceilDiv(bound, Topics.defaults().partitions());
        return images * Preprocessing.DRAWING.bytes();
    }

    /** The trainer rests until its initial network is active, which is the indexer's to say, and there is none. */
    private static void activateInitial(KafkaConnection connection, RecordSerdes serdes, ServiceProcess trainer)
            throws InterruptedException {
        try (ModelCatalog catalog = ModelCatalog.open(connection, serdes, LONGEST_WAIT);
                ModelLog log = new ModelLog(connection, serdes)) {
            trainer.await(
                    "publish its initial network",
                    LONGEST_WAIT,
                    () -> !candidates(catalog).isEmpty());
            ModelEvent initial = candidates(catalog).getFirst();
            String version = initial.getVersion();
            String reason = "a benchmark needs no back-fill";
            long staged = log.decide(
                    catalog.current(),
                    new Decision(version, ModelStatus.STAGED, Cause.PROMOTED, reason),
                    Instant.now());
            log.decide(
                    catalog.await(staged, LONGEST_WAIT),
                    new Decision(version, ModelStatus.ACTIVE, Cause.PROMOTED, reason),
                    Instant.now());
        }
    }

    private static List<ModelEvent> candidates(ModelCatalog catalog) {
        return catalog.current().withStatus(ModelStatus.CANDIDATE);
    }

    /** From the first row on TensorFlow has what it needs, and the time is that of a trainer at work. */
    private static void beginTraining(LabelledStream stream, ServiceProcess trainer) throws InterruptedException {
        stream.sendUpTo(FIRST_IMAGES);
        trainer.await("train", LONGEST_WAIT, () -> trainer.meters().trainerSteps() >= WARM_UP_STEPS);
    }

    private Row row(int times, LabelledStream stream, ReplayLag lag, ServiceProcess trainer, ProgressBar bar)
            throws InterruptedException {
        long sentBefore = stream.sent();
        Meters before = trainer.meters();
        long start = System.nanoTime();
        stream.sendUpTo((long) times * bound);
        awaitJoined(stream, lag, trainer, bar);
        double seconds = (System.nanoTime() - start) / 1e9;
        Meters joined = trainer.meters();
        double rss = medianResident(trainer);
        trainer.await("make a step", LONGEST_WAIT, () -> trainer.meters().trainerSteps() > before.trainerSteps());
        Meters settled = trainer.meters();
        return new Row(
                times,
                stream.sent(),
                seconds,
                (stream.sent() - sentBefore) / seconds,
                settled.replayImages(),
                settled.replayBytes(),
                joined.trainerSteps(),
                (joined.trainerSteps() - before.trainerSteps()) / seconds,
                settled.heapBytes() / 1e6,
                rss);
    }

    /** As long as it takes, if only the trainer comes nearer to the end. */
    private static void awaitJoined(LabelledStream stream, ReplayLag lag, ServiceProcess trainer, ProgressBar bar)
            throws InterruptedException {
        long behind = lag.records();
        while (behind > 0) {
            long last = behind;
            trainer.await("read the " + last + " records that it is behind", LONGEST_WAIT, () -> lag.records() < last);
            behind = lag.records();
            bar.stepTo(stream.sent() - behind / LabelledStream.RECORDS_PER_IMAGE);
        }
    }

    private static double medianResident(ServiceProcess trainer) throws InterruptedException {
        double[] samples = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            Thread.sleep(BETWEEN_SAMPLES);
            samples[i] = trainer.residentMegabytes();
        }
        return Statistics.median(samples);
    }

    private static void print(List<Row> rows, PrintStream out) {
        out.printf(
                "%-6s %9s %9s %9s %10s %10s %8s %8s %8s %8s%n",
                "bounds",
                "images",
                "seconds",
                "images/s",
                "in store",
                "pixels MB",
                "steps",
                "steps/s",
                "heap MB",
                "RSS MB");
        for (Row row : rows) {
            out.printf(
                    Locale.ROOT,
                    "%-6s %9d %9.1f %9.0f %10d %10.2f %8d %8.2f %8.0f %8.0f%n",
                    row.times + " x",
                    row.images,
                    row.seconds,
                    row.imagesPerSecond,
                    row.storedImages,
                    row.storedBytes / 1e6,
                    row.steps,
                    row.stepsPerSecond,
                    row.heapMegabytes,
                    row.rssMegabytes);
        }
    }
}
