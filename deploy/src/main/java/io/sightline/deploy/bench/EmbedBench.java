package io.sightline.deploy.bench;

import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.lanes.LaneSupervisor;
import io.sightline.embedder.runtime.EmbeddingModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.KafkaStreams;

/**
 * Images a second from the network alone to a lane with every guarantee, on the same images in one run, each measured in
 * turn.
 *
 * @param sets which: {@link #SETS}
 * @param images of each set
 * @param warmUps passes that are not counted: the clients and Kafka Streams are compiled by then
 * @param repeats that medians are taken of
 * @param loadSeconds how long delays are measured, at 30 % of the lane's rate
 */
public record EmbedBench(List<String> sets, int images, int warmUps, int repeats, int loadSeconds) {

    /** Names of the sets of images. */
    public static final List<String> SETS = List.of("jpeg96", "drawing28");

    /** Checks the names. */
    public EmbedBench {
        sets.forEach(EmbedBench::requireKnown);
    }

    private static final double LOAD = 0.3;
    /** One record at a time takes so much longer that fewer have to do. */
    private static final int ONE_BY_ONE_SHARE = 8;

    private static final int BATCH = LaneSettings.DEFAULT.maxBatch();

    /** What is measured, from the limit to what people do today. */
    enum Row {
        TF_SESSION("TF-Java session, decoded"),
        DJL("DJL, decoded"),
        DECODE_DJL("decode + DJL, no Kafka"),
        PLAIN_LOOP("consumer + producer, at least once"),
        LANE_AT_LEAST_ONCE("Sightline lane, at least once"),
        LANE_EXACTLY_ONCE("Sightline lane, exactly once"),
        ONE_BY_ONE("one record at a time, exactly once");

        private final String title;

        Row(String title) {
            this.title = title;
        }
    }

    /** One pass: images a second, and CPU seconds for 1,000 images, of which the embedded broker's. */
    record Pass(double rate, double cpu, double brokerCpu) {}

    /**
     * A row of the table, all medians.
     *
     * @param rate images a second
     * @param cpu CPU seconds for 1,000 images, all of the process
     * @param brokerCpu of which the embedded broker's
     */
    record Figures(String set, String row, double rate, double cpu, double brokerCpu) {}

    /** Delays from the image event to the committed embedding, in milliseconds, at a load in images a second. */
    record Delays(String set, double load, double p50, double p99) {}

    /** Measures, prints the tables and writes embed.json. */
    public void run(Path data, Path folder, PrintStream out) throws IOException, InterruptedException {
        List<Figures> rows = new ArrayList<>();
        List<Delays> delays = new ArrayList<>();
        Map<String, Double> ratios = new LinkedHashMap<>();
        Map<String, Map<String, Long>> histograms = new LinkedHashMap<>();
        for (String name : sets) {
            EmbedContent set = open(name, data);
            try (Machine machine = new Machine(set)) {
                Map<Row, List<Pass>> passes = passes(machine, name);
                print(set, passes, rows, out);
                ratios.putAll(ratios(set, passes));
                delays.add(machine.delays(median(passes, Row.LANE_EXACTLY_ONCE, Pass::rate) * LOAD, loadSeconds));
                histograms.put(set.name(), machine.batchSizes);
            }
        }
        out.println();
        ratios.forEach((name, value) -> out.printf(Locale.ROOT, "%-38s %.3f%n", name, value));
        out.println();
        for (Delays delay : delays) {
            out.printf(
                    Locale.ROOT,
                    "%s: event to embedding at %.0f images/s: p50 %.0f ms, p99 %.0f ms (commits every %d ms)%n",
                    delay.set,
                    delay.load,
                    delay.p50,
                    delay.p99,
                    LaneSettings.DEFAULT.commitInterval().toMillis());
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rows", rows);
        json.put("ratios", ratios);
        json.put("delays", delays);
        json.put("batchSizes", histograms);
        BenchFile.write(folder.resolve("embed.json"), json, out);
    }

    private static void requireKnown(String name) {
        if (!SETS.contains(name)) {
            throw new IllegalArgumentException("no images are called '" + name + "'; there are " + SETS);
        }
    }

    private Map<Row, List<Pass>> passes(Machine machine, String name) throws InterruptedException {
        Map<Row, List<Pass>> passes = new EnumMap<>(Row.class);
        try (ProgressBar progress = BenchBar.of(name, (warmUps + repeats) * (long) Row.values().length, "passes")) {
            for (int repeat = -warmUps; repeat < repeats; repeat++) {
                for (Row row : Row.values()) {
                    Pass pass = machine.measure(row);
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
            case "jpeg96" -> EmbedContent.open(data.resolve("grocery96.zip"), name, Preprocessing.PHOTO, images);
            case "drawing28" -> EmbedContent.open(data.resolve("omniglot242.zip"), name, Preprocessing.DRAWING, images);
            default -> throw new IllegalStateException(name);
        };
    }

    private static void print(EmbedContent set, Map<Row, List<Pass>> passes, List<Figures> rows, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%n%-36s %10s %14s %16s   (%s, %.1f KB an image)%n",
                "",
                "images/s",
                "CPU s / 1,000",
                "of it the broker",
                set.name(),
                set.meanBytes() / 1000);
        for (Row row : Row.values()) {
            Figures figures = new Figures(
                    set.name(),
                    row.title,
                    median(passes, row, Pass::rate),
                    median(passes, row, Pass::cpu),
                    median(passes, row, Pass::brokerCpu));
            rows.add(figures);
            out.printf(
                    Locale.ROOT,
                    "%-36s %10.0f %14.2f %16.2f%n",
                    figures.row,
                    figures.rate,
                    figures.cpu,
                    figures.brokerCpu);
        }
    }

    private static Map<String, Double> ratios(EmbedContent set, Map<Row, List<Pass>> passes) {
        Map<String, Double> ratios = new LinkedHashMap<>();
        ratios.put("djl_vs_tf." + set.name(), ratio(passes, Row.DJL, Row.TF_SESSION));
        ratios.put("lane_eos_vs_no_kafka." + set.name(), ratio(passes, Row.LANE_EXACTLY_ONCE, Row.DECODE_DJL));
        ratios.put("lane_eos_vs_plain_consumer." + set.name(), ratio(passes, Row.LANE_EXACTLY_ONCE, Row.PLAIN_LOOP));
        ratios.put("lane_eos_vs_one_by_one." + set.name(), ratio(passes, Row.LANE_EXACTLY_ONCE, Row.ONE_BY_ONE));
        return ratios;
    }

    /** Median of the ratios of neighbours in time: what slows the machine down for a while slows both. */
    private static double ratio(Map<Row, List<Pass>> passes, Row row, Row other) {
        List<Pass> ours = passes.getOrDefault(row, List.of());
        List<Pass> theirs = passes.getOrDefault(other, List.of());
        double[] ratios = new double[ours.size()];
        Arrays.setAll(ratios, i -> ours.get(i).rate / theirs.get(i).rate);
        return Statistics.median(ratios);
    }

    private static double median(
            Map<Row, List<Pass>> passes, Row row, java.util.function.ToDoubleFunction<Pass> figure) {
        return Statistics.median(
                passes.getOrDefault(row, List.of()).stream().mapToDouble(figure).toArray());
    }

    /** One set of images, in memory and in a topic. */
    private static final class Machine implements AutoCloseable {

        private final EmbedContent content;
        private final EmbedCluster cluster;
        private final EmbedWithoutKafka withoutKafka;
        private final Map<String, Long> batchSizes = new TreeMap<>();

        Machine(EmbedContent content) throws IOException {
            this.content = content;
            this.cluster = new EmbedCluster(Files.createTempDirectory("sightline-embed-"), content);
            this.withoutKafka = new EmbedWithoutKafka(content, cluster.newVersion());
            cluster.produce(content);
        }

        Pass measure(Row row) throws InterruptedException {
            return switch (row) {
                case TF_SESSION -> timed(withoutKafka::rawSession);
                case DJL -> timed(withoutKafka::djl);
                case DECODE_DJL -> timed(withoutKafka::decodeAndDjl);
                case PLAIN_LOOP -> plainLoop();
                case LANE_AT_LEAST_ONCE -> lane(LaneSettings.Guarantee.AT_LEAST_ONCE);
                case LANE_EXACTLY_ONCE -> lane(LaneSettings.Guarantee.EXACTLY_ONCE);
                case ONE_BY_ONE -> oneByOne();
            };
        }

        private Pass timed(Runnable work) {
            CpuTime before = CpuTime.now();
            long start = System.nanoTime();
            work.run();
            return pass(
                    content.images().size(),
                    System.nanoTime() - start,
                    CpuTime.now().since(before));
        }

        private static Pass pass(int images, long nanos, CpuTime cpu) {
            return new Pass(images / (nanos / 1e9), 1000 * cpu.process() / images, 1000 * cpu.broker() / images);
        }

        /** From the first embedding that is seen to the last: starting up is not what is measured. */
        private Pass watched(String version, int wanted) {
            long[] first = new long[1];
            int[] counted = {0};
            CpuTime[] before = new CpuTime[1];
            cluster.read(version, wanted, some -> {
                if (first[0] == 0) {
                    first[0] = System.nanoTime();
                    before[0] = CpuTime.now();
                } else {
                    counted[0] += some.size();
                }
            });
            return pass(counted[0], System.nanoTime() - first[0], CpuTime.now().since(before[0]));
        }

        private Pass plainLoop() throws InterruptedException {
            ModelArtifact artifact = cluster.newVersion();
            try (EmbeddingModel model = EmbeddingModel.load(artifact);
                    Preprocessor preprocessor = new Preprocessor(content.preprocessing(), ImageLimits.DEFAULT)) {
                PlainEmbedder plain =
                        new PlainEmbedder(cluster.connection(), cluster.serdes(), model, preprocessor, BATCH);
                Thread loop = Thread.ofPlatform()
                        .start(() -> plain.loop(content.images().size()));
                Pass pass = watched(model.version(), content.images().size());
                loop.join();
                return pass;
            }
        }

        private Pass lane(LaneSettings.Guarantee guarantee) {
            ModelArtifact artifact = cluster.newVersion();
            SimpleMeterRegistry meters = new SimpleMeterRegistry();
            LaneSettings settings = LaneSettings.DEFAULT.with(BATCH, 0).with(guarantee);
            try (LaneSupervisor lanes = cluster.startLane(artifact, settings, meters)) {
                Pass pass = watched(
                        artifact.descriptor().version(), content.images().size());
                requireRunning(lanes);
                note(meters);
                return pass;
            } finally {
                cluster.retire(artifact);
            }
        }

        private Pass oneByOne() {
            ModelArtifact artifact = cluster.newVersion();
            try (EmbeddingModel model = EmbeddingModel.load(artifact);
                    Preprocessor preprocessor = new Preprocessor(content.preprocessing(), ImageLimits.DEFAULT);
                    KafkaStreams streams = new PlainEmbedder(
                                    cluster.connection(), cluster.serdes(), model, preprocessor, 1)
                            .oneByOne(cluster.state(model.version()).toString())) {
                Pass pass =
                        watched(model.version(), Math.max(1, content.images().size() / ONE_BY_ONE_SHARE));
                streams.close(Duration.ofSeconds(30));
                return pass;
            }
        }

        private static void requireRunning(LaneSupervisor lanes) {
            if (!lanes.failures().isEmpty()) {
                throw new IllegalStateException("a lane failed: " + lanes.failures());
            }
        }

        private void note(SimpleMeterRegistry meters) {
            var summary = meters.get("sightline.embedder.batch.size").summary();
            for (CountAtBucket bucket : summary.takeSnapshot().histogramCounts()) {
                batchSizes.merge(
                        String.format(Locale.ROOT, "<= %03.0f", bucket.bucket()), (long) bucket.count(), Long::sum);
            }
        }

        /** At a steady load: from the event's time to the moment a reader of committed records sees its embedding. */
        Delays delays(double load, int seconds) throws InterruptedException {
            ModelArtifact artifact = cluster.newVersion();
            String version = artifact.descriptor().version();
            LaneSettings settings = LaneSettings.DEFAULT.with(BATCH, 0);
            int known = content.images().size();
            int sent = Math.max(1, (int) (load * seconds));
            List<Double> millis = new ArrayList<>();
            try (LaneSupervisor lanes = cluster.startLane(artifact, settings, new SimpleMeterRegistry())) {
                cluster.read(version, known, some -> {});
                Thread producing = Thread.ofPlatform().start(() -> produceSteadily(load, sent));
                cluster.read(version, known + sent, some -> {
                    long now = System.currentTimeMillis();
                    some.forEach(record -> {
                        if (record.key().startsWith("live-")) {
                            millis.add((double) (now - record.timestamp()));
                        }
                    });
                });
                producing.join();
                requireRunning(lanes);
            } finally {
                cluster.retire(artifact);
            }
            double[] sorted = millis.stream().mapToDouble(x -> x).sorted().toArray();
            return new Delays(
                    content.name(), load, Statistics.median(sorted), sorted[(int) Math.ceil(0.99 * sorted.length) - 1]);
        }

        private void produceSteadily(double load, int sent) {
            try (KafkaProducer<String, byte[]> producer = cluster.producer()) {
                long start = System.nanoTime();
                for (int i = 0; i < sent; i++) {
                    long due = start + (long) (1e9 * i / load);
                    TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                    byte[] event = content.event(i % content.images().size(), cluster.serdes());
                    producer.send(new ProducerRecord<>(io.sightline.schemas.Topics.IMAGES, "live-" + i, event));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            withoutKafka.close();
            cluster.close();
        }
    }
}
