package io.sightline.deploy.bench;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.nets.EmbeddingNet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;

/**
 * Images a second from the network alone to a lane with every guarantee, on the same images in one run, each measured in
 * turn.
 *
 * @param sets which: {@link #SETS}
 * @param backbone what embeds photos; null for a small network
 * @param images of each set
 * @param warmUps passes that are not counted: the clients and Kafka Streams are compiled by then
 * @param repeats that medians are taken of
 * @param loadSeconds of each of the windows, as many as repeats, that delays are measured in, at 30 % of the lane's rate
 */
public record EmbedBench(
        List<String> sets, @Nullable EmbeddingNet backbone, int images, int warmUps, int repeats, int loadSeconds) {

    /** Name of the set of photos. */
    public static final String PHOTOS = "jpeg96";

    /** Names of the sets of images. */
    public static final List<String> SETS = List.of(PHOTOS, "drawing28");

    private static final double LOAD = 0.3;
    /** Checks the names. */
    public EmbedBench {
        sets.forEach(EmbedBench::requireKnown);
    }

    /**
     * A row of the table, all medians.
     *
     * @param rate images a second
     * @param cpu CPU seconds for 1,000 images, all of the process
     * @param threads of which those of each kind
     */
    record Figures(String set, String row, double rate, double cpu, Map<ThreadKind, Double> threads) {}

    /** Measures, prints the tables and writes embed.json. */
    public void run(Path data, Path folder, PrintStream out) throws IOException, InterruptedException {
        BenchThreads.callAs(ThreadKind.NETWORK_THREAD, EmbedBench::openSession);
        List<Figures> rows = new ArrayList<>();
        List<EmbedDelays> delays = new ArrayList<>();
        Map<String, Double> ratios = new LinkedHashMap<>();
        Map<String, Map<String, Long>> histograms = new LinkedHashMap<>();
        for (String name : sets) {
            EmbedContent set = open(name, data);
            try (EmbedMachine machine = new EmbedMachine(set)) {
                Map<EmbedRow, List<EmbedMachine.Pass>> passes = passes(machine, name);
                print(set, passes, rows, out);
                ratios.putAll(ratios(set, passes));
                delays.add(machine.delays(
                        median(passes, EmbedRow.LANE_EXACTLY_ONCE, EmbedMachine.Pass::rate) * LOAD,
                        repeats,
                        loadSeconds));
                histograms.put(set.name(), machine.batchSizes());
            }
        }
        out.println();
        ratios.forEach((name, value) -> out.printf(Locale.ROOT, "%-38s %.3f%n", name, value));
        out.println();
        for (EmbedDelays delay : delays) {
            out.printf(
                    Locale.ROOT,
                    "%s: event to embedding at %.0f images/s: p50 %.0f ms, p99 %.0f ms (commits every %d ms;"
                            + " medians of %d windows of %d s, the worst p99 %.0f ms)%n",
                    delay.set(),
                    delay.load(),
                    delay.p50(),
                    delay.p99(),
                    LaneSettings.DEFAULT.commitInterval().toMillis(),
                    repeats,
                    loadSeconds,
                    delay.worstP99());
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rows", rows);
        json.put("ratios", ratios);
        json.put("delays", delays);
        json.put("batchSizes", histograms);
        BenchFile.write(folder.resolve("embed.json"), json, out);
    }

    /** TensorFlow starts its threads with the first one. */
    private static int openSession() {
        NativeTensorFlow.load();
        try (Graph graph = new Graph();
                Session session = new Session(graph)) {
            Ops tf = Ops.create(graph);
            try (Result result = session.runner().fetch(tf.constant(1)).run()) {
                return result.size();
            }
        }
    }

    private static void requireKnown(String name) {
        if (!SETS.contains(name)) {
            throw new IllegalArgumentException("no images are called '" + name + "'; there are " + SETS);
        }
    }

    private Map<EmbedRow, List<EmbedMachine.Pass>> passes(EmbedMachine machine, String name)
            throws InterruptedException {
        Map<EmbedRow, List<EmbedMachine.Pass>> passes = new EnumMap<>(EmbedRow.class);
        try (ProgressBar progress =
                BenchBar.of(name, (warmUps + repeats) * (long) EmbedRow.values().length, "passes")) {
            for (int repeat = -warmUps; repeat < repeats; repeat++) {
                for (EmbedRow row : EmbedRow.values()) {
                    EmbedMachine.Pass pass = machine.measure(row);
                    if (repeat >= 0) {
                        passes.computeIfAbsent(row, any -> new ArrayList<>()).add(pass);
                    }
                    progress.step();
                }
            }
        }
        return passes;
    }

    private EmbedContent open(String name, Path data) throws IOException {
        return switch (name) {
            case PHOTOS -> {
                EmbeddingNet net = backbone == null ? UntrainedNetwork.smallNet(Preprocessing.PHOTO) : backbone;
                yield EmbedContent.open(data.resolve("grocery96.zip"), name, net, images);
            }
            case "drawing28" ->
                EmbedContent.open(
                        data.resolve("omniglot242.zip"),
                        name,
                        UntrainedNetwork.smallNet(Preprocessing.DRAWING),
                        images);
            default -> throw new IllegalStateException(name);
        };
    }

    private static void print(
            EmbedContent set, Map<EmbedRow, List<EmbedMachine.Pass>> passes, List<Figures> rows, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%n%s%n%-36s %10s %14s  of it%s   (%s, %.1f KB an image)%n",
                set.net().describe(),
                "",
                "images/s",
                "CPU s / 1,000",
                Arrays.stream(ThreadKind.values())
                        .map(kind -> String.format(Locale.ROOT, " %12s", kind.title()))
                        .collect(Collectors.joining()),
                set.name(),
                set.meanBytes() / 1000);
        for (EmbedRow row : EmbedRow.values()) {
            Map<ThreadKind, Double> threads = new EnumMap<>(ThreadKind.class);
            for (ThreadKind kind : ThreadKind.values()) {
                threads.put(kind, median(passes, row, pass -> pass.threads().getOrDefault(kind, 0.0)));
            }
            Figures figures = new Figures(
                    set.name(),
                    row.title(),
                    median(passes, row, EmbedMachine.Pass::rate),
                    median(passes, row, EmbedMachine.Pass::cpu),
                    threads);
            rows.add(figures);
            out.printf(
                    Locale.ROOT,
                    "%-36s %10.0f %14.2f       %s%n",
                    figures.row,
                    figures.rate,
                    figures.cpu,
                    threads.values().stream()
                            .map(seconds -> String.format(Locale.ROOT, " %12.2f", seconds))
                            .collect(Collectors.joining()));
        }
    }

    private static Map<String, Double> ratios(EmbedContent set, Map<EmbedRow, List<EmbedMachine.Pass>> passes) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("djl_vs_tf." + set.name(), ratio(passes, EmbedRow.DJL, EmbedRow.TF_SESSION));
        ratios.put(
                "lane_eos_vs_no_kafka." + set.name(), ratio(passes, EmbedRow.LANE_EXACTLY_ONCE, EmbedRow.DECODE_DJL));
        ratios.put(
                "lane_eos_vs_plain_consumer." + set.name(),
                ratio(passes, EmbedRow.LANE_EXACTLY_ONCE, EmbedRow.PLAIN_LOOP));
        ratios.put(
                "lane_eos_vs_one_by_one." + set.name(), ratio(passes, EmbedRow.LANE_EXACTLY_ONCE, EmbedRow.ONE_BY_ONE));
        return ratios;
    }

    /** Median of the ratios of neighbours in time: what slows the machine down for a while slows both. */
    private static double ratio(Map<EmbedRow, List<EmbedMachine.Pass>> passes, EmbedRow row, EmbedRow other) {
        List<EmbedMachine.Pass> ours = passes.getOrDefault(row, List.of());
        List<EmbedMachine.Pass> theirs = passes.getOrDefault(other, List.of());
        double[] ratios = new double[ours.size()];
        Arrays.setAll(ratios, i -> ours.get(i).rate() / theirs.get(i).rate());
        return Statistics.median(ratios);
    }

    private static double median(
            Map<EmbedRow, List<EmbedMachine.Pass>> passes, EmbedRow row, ToDoubleFunction<EmbedMachine.Pass> figure) {
        return Statistics.median(
                passes.getOrDefault(row, List.of()).stream().mapToDouble(figure).toArray());
    }
}
