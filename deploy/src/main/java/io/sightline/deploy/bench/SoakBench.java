package io.sightline.deploy.bench;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import me.tongfei.progressbar.ProgressBar;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One embedder process at full rate for a long time: as many images as it takes, each of another content. Memory must be
 * flat, and nothing may be given up.
 *
 * @param minutes how long
 * @param heap Java heap of the embedder, as {@code -Xmx} takes it, all of it resident from the start
 * @param command main class of the embedder's process
 */
public record SoakBench(int minutes, String heap, Class<?> command) {

    /** Images that wait: enough that the embedder never does. */
    private static final int BACKLOG = 4_000;

    private static final int CONTENTS = 2_000;
    private static final int IDS = 20_000;
    private static final Duration STALL = Duration.ofMinutes(2);
    private static final double SETTLED_SHARE = 1.0 / 6;

    /** Checks the time. */
    public SoakBench {
        if (minutes < 1) {
            throw new IllegalArgumentException("at least one minute is needed, not " + minutes);
        }
    }

    /**
     * One minute.
     *
     * @param minute 1 for the first
     * @param rate images a second
     * @param rssMegabytes resident memory at its end
     * @param nativeMegabytes of it, what is not Java heap
     */
    record Minute(int minute, double rate, double rssMegabytes, double nativeMegabytes) {}

    /**
     * Measures, prints the table and writes it to soak.json.
     *
     * @throws IllegalStateException if the lane fails or stands still
     */
    public void run(Path data, Path folder, PrintStream out) throws IOException, InterruptedException {
        EmbedContent content = EmbedContent.open(
                data.resolve("omniglot242.zip"),
                "drawing28",
                UntrainedNetwork.smallNet(Preprocessing.DRAWING),
                CONTENTS);
        List<Minute> measured = new ArrayList<>();
        long deadLetters;
        try (BenchFolder temporary = BenchFolder.create("soak");
                EmbedCluster cluster = new EmbedCluster(temporary.path(), content);
                ServiceProcess embedder = cluster.embedder(command, JavaHeap.fixed(heap));
                KafkaProducer<String, byte[]> producer = cluster.producer();
                ProgressBar bar = BenchBar.of("soak", minutes, "min")) {
            ModelArtifact artifact = cluster.newVersion();
            String version = artifact.descriptor().version();
            cluster.say(artifact, ModelStatus.ACTIVE);
            long sent = 0;
            for (int minute = 1; minute <= minutes; minute++) {
                long before = embedder.meters().embedded(version);
                long start = System.nanoTime();
                while (System.nanoTime() - start < Duration.ofMinutes(1).toNanos()) {
                    long most = embedder.meters().embedded(version) + BACKLOG;
                    while (sent < most) {
                        int index = (int) (sent % CONTENTS);
                        byte[] event = content.distinctEvent(index, sent, cluster.serdes());
                        producer.send(new ProducerRecord<>(Topics.IMAGES, "image-" + sent % IDS, event));
                        sent++;
                    }
                    producer.flush();
                    long wanted = most - BACKLOG / 2;
                    embedder.await(
                            "embed " + wanted + " images",
                            STALL,
                            () -> embedder.meters().embedded(version) >= wanted);
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                Meters meters = embedder.meters();
                double resident = embedder.residentMegabytes();
                measured.add(new Minute(
                        minute,
                        (meters.embedded(version) - before) / seconds,
                        resident,
                        resident - meters.heapBytes() / 1e6));
                bar.step();
            }
            deadLetters = embedder.meters().deadLetters();
        }
        report(measured, deadLetters, folder, out);
    }

    private void report(List<Minute> measured, long deadLetters, Path folder, PrintStream out) throws IOException {
        out.printf("%-8s %10s %10s %10s%n", "minute", "images/s", "RSS MB", "native MB");
        int shownEvery = Math.max(1, minutes / 12);
        for (Minute one : measured) {
            if (one.minute % shownEvery == 0 || one.minute == 1) {
                out.printf(
                        Locale.ROOT,
                        "%-8d %10.0f %10.0f %10.0f%n",
                        one.minute,
                        one.rate,
                        one.rssMegabytes,
                        one.nativeMegabytes);
            }
        }
        int settled = (int) (minutes * SETTLED_SHARE);
        double ratio = highestAgainstSettled(measured, settled, Minute::rssMegabytes);
        double nativeRatio = highestAgainstSettled(measured, settled, Minute::nativeMegabytes);
        double rate =
                Statistics.median(measured.stream().mapToDouble(Minute::rate).toArray());
        out.printf(Locale.ROOT, "%nimages_per_second          %.0f%n", rate);
        out.printf(Locale.ROOT, "rss_highest_vs_settled     %.3f (settled: minute %d)%n", ratio, settled + 1);
        out.printf(Locale.ROOT, "native_highest_vs_settled  %.3f%n", nativeRatio);
        out.printf("dead_letters               %d%n", deadLetters);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("minutes", measured);
        figures.put("heap", heap);
        figures.put("images_per_second", rate);
        figures.put("rss_highest_vs_settled", ratio);
        figures.put("native_highest_vs_settled", nativeRatio);
        figures.put("dead_letters", deadLetters);
        BenchFile.write(folder.resolve("soak.json"), figures, out);
    }

    private static double highestAgainstSettled(
            List<Minute> measured, int settled, ToDoubleFunction<Minute> megabytes) {
        double highest =
                measured.stream().skip(settled).mapToDouble(megabytes).max().orElseThrow();
        return highest / megabytes.applyAsDouble(measured.get(settled));
    }
}
