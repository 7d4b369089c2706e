package io.sightline.deploy.bench;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
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
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/**
 * Many versions after one another in one embedder process, while images keep coming: each is staged, back-fills, becomes
 * active, and the one before it is removed. Memory must not grow with the number of swaps.
 *
 * @param swaps versions that become active
 * @param images that each version back-fills
 * @param load images that are sent each second meanwhile
 * @param heap Java heap of the embedder, as {@code -Xmx} takes it, all of it resident from the start
 * @param command main class of the embedder's process
 */
public record SwapBench(int swaps, int images, double load, String heap, Class<?> command) {

    /** From here on memory is to be flat: pools, caches and compiled code have their size. */
    private static final int SETTLED = 20;

    private static final Duration LONGEST_SWAP = Duration.ofMinutes(3);
    private static final int SHOWN_EVERY = 20;

    /** Checks the values. */
    public SwapBench {
        if (swaps <= SETTLED || images < 1 || !(load >= 0)) {
            throw new IllegalArgumentException("at least " + (SETTLED + 1)
                    + " swaps and one image are needed, and a load of 0 or more, not " + swaps + ", " + images + " and "
                    + load);
        }
    }

    /**
     * After a swap.
     *
     * @param swap 1 for the first
     * @param seconds that it took, from staged to the end of the lane before
     * @param rssMegabytes resident memory of the embedder
     */
    record Swap(int swap, double seconds, double rssMegabytes) {}

    /**
     * Measures, prints the table and writes it to swaps.json.
     *
     * @throws IllegalStateException if a lane fails or a swap does not end
     */
    public void run(Path data, Path folder, PrintStream out) throws IOException, InterruptedException {
        EmbedContent content = EmbedContent.open(
                data.resolve("omniglot242.zip"), "drawing28", UntrainedNetwork.smallNet(Preprocessing.DRAWING), images);
        List<Swap> measured = new ArrayList<>();
        long deadLetters;
        try (BenchFolder temporary = BenchFolder.create("swaps");
                EmbedCluster cluster = new EmbedCluster(temporary.path(), content)) {
            cluster.produce(content);
            try (ServiceProcess embedder = cluster.embedder(command, JavaHeap.fixed(heap));
                    SteadyLoad sending = new SteadyLoad(cluster, content, load);
                    ProgressBar bar = BenchBar.of("swaps", swaps, "swaps")) {
                @Nullable ModelArtifact before = null;
                for (int swap = 1; swap <= swaps; swap++) {
                    ModelArtifact next = cluster.newVersion();
                    long start = System.nanoTime();
                    swap(cluster, embedder, before, next);
                    double seconds = (System.nanoTime() - start) / 1e9;
                    measured.add(new Swap(swap, seconds, embedder.residentMegabytes()));
                    sending.requireAlive();
                    before = next;
                    bar.step();
                }
                deadLetters = embedder.meters().deadLetters();
            }
        }
        report(measured, deadLetters, folder, out);
    }

    private void swap(EmbedCluster cluster, ServiceProcess embedder, @Nullable ModelArtifact before, ModelArtifact next)
            throws InterruptedException {
        String version = next.descriptor().version();
        cluster.say(next, ModelStatus.STAGED);
        embedder.await(
                "back-fill " + version, LONGEST_SWAP, () -> embedder.meters().embedded(version) >= images);
        cluster.say(next, ModelStatus.ACTIVE);
        if (before != null) {
            cluster.expire(before);
            String old = before.descriptor().version();
            embedder.await(
                    "stop the lane of " + old,
                    LONGEST_SWAP,
                    () -> !embedder.lanes().contains(old));
        }
    }

    private void report(List<Swap> measured, long deadLetters, Path folder, PrintStream out) throws IOException {
        out.printf("%-6s %12s %10s%n", "swap", "seconds", "RSS MB");
        for (Swap one : measured) {
            if (one.swap % SHOWN_EVERY == 0 || one.swap == 1 || one.swap == swaps) {
                out.printf(Locale.ROOT, "%-6d %12.1f %10.0f%n", one.swap, one.seconds, one.rssMegabytes);
            }
        }
        double settled = measured.get(SETTLED - 1).rssMegabytes;
        double highest = measured.stream()
                .skip(SETTLED)
                .mapToDouble(Swap::rssMegabytes)
                .max()
                .orElseThrow();
        double seconds =
                Statistics.median(measured.stream().mapToDouble(Swap::seconds).toArray());
        out.printf(Locale.ROOT, "%nseconds_per_swap        %.1f%n", seconds);
        out.printf(Locale.ROOT, "rss_highest_vs_20th     %.3f%n", highest / settled);
        out.printf("dead_letters            %d%n", deadLetters);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("swaps", measured);
        figures.put("images", images);
        figures.put("load", load);
        figures.put("heap", heap);
        figures.put("seconds_per_swap", seconds);
        figures.put("rss_highest_vs_20th", highest / settled);
        figures.put("dead_letters", deadLetters);
        BenchFile.write(folder.resolve("swaps.json"), figures, out);
    }
}
