package io.sightline.deploy.bench;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.lanes.LaneSupervisor;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.schemas.Started;
import io.sightline.schemas.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.KafkaStreams;

/**
 * One set of images, in memory and in a topic, on which every row is measured. Close it once; not thread-safe.
 */
final class EmbedMachine implements AutoCloseable {

    /** One record at a time takes so much longer that fewer have to do. */
    private static final int ONE_BY_ONE_SHARE = 8;

    private static final int BATCH = LaneSettings.DEFAULT.maxBatch();

    private static final String LIVE = "live-";

    private final Started started = new Started();
    private final BenchFolder folder = started.add(BenchFolder.create("embed"));
    private final EmbedContent content;
    private final EmbedCluster cluster;
    private final EmbedWithoutKafka withoutKafka;
    private final Map<String, Long> batchSizes = new TreeMap<>();

    EmbedMachine(EmbedContent content) throws IOException {
        this.content = content;
        try {
            this.cluster = started.add(new EmbedCluster(folder.path(), content));
            this.withoutKafka = started.add(new EmbedWithoutKafka(content, cluster.newVersion()));
            cluster.produce(content);
        } catch (RuntimeException | Error e) {
            started.undo(e);
            throw e;
        }
    }

    /** One pass: images a second, and CPU seconds for 1,000 images, altogether and by what threads are for. */
    record Pass(double rate, double cpu, Map<ThreadKind, Double> threads) {}

    /** How many batches of all lanes so far had at most so many images. */
    Map<String, Long> batchSizes() {
        return batchSizes;
    }

    /** Measures a row once. */
    Pass measure(EmbedRow row) throws InterruptedException {
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
        Map<ThreadKind, Double> threads = new EnumMap<>(ThreadKind.class);
        cpu.threads().forEach((kind, seconds) -> threads.put(kind, 1000 * seconds / images));
        return new Pass(images / (nanos / 1e9), 1000 * cpu.process() / images, threads);
    }

    /** From the first embedding that is seen to the last: starting up is not what is measured. */
    private Pass watched(String version, int wanted) {
        return BenchThreads.callAs(ThreadKind.READER_THREAD, () -> watchedHere(version, wanted));
    }

    private Pass watchedHere(String version, int wanted) {
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
                Preprocessor preprocessor = new Preprocessor(content.preprocessing(), ImageLimits.DEFAULT);
                ExecutorService decoders = BenchThreads.decoders();
                ExecutorService network = BenchThreads.network()) {
            PlainEmbedder plain = new PlainEmbedder(cluster.connection(), cluster.serdes(), model, preprocessor, BATCH);
            CountDownLatch measured = new CountDownLatch(1);
            Thread loop = Thread.ofPlatform()
                    .name(ThreadKind.LOOP_THREAD)
                    .start(() -> plain.loop(content.images().size(), decoders, network, measured));
            try {
                return watched(model.version(), content.images().size());
            } finally {
                measured.countDown();
                loop.join();
            }
        }
    }

    private Pass lane(LaneSettings.Guarantee guarantee) {
        ModelArtifact artifact = cluster.newVersion();
        LaneSettings settings = LaneSettings.DEFAULT.with(BATCH, 0).with(guarantee);
        try (Telemetry telemetry = Telemetry.withoutSpans();
                LaneSupervisor lanes = cluster.startLane(artifact, settings, telemetry)) {
            Pass pass =
                    watched(artifact.descriptor().version(), content.images().size());
            requireRunning(lanes);
            note(telemetry.meters());
            return pass;
        }
    }

    private Pass oneByOne() {
        ModelArtifact artifact = cluster.newVersion();
        try (EmbeddingModel model = EmbeddingModel.load(artifact);
                Preprocessor preprocessor = new Preprocessor(content.preprocessing(), ImageLimits.DEFAULT);
                KafkaStreams streams = new PlainEmbedder(cluster.connection(), cluster.serdes(), model, preprocessor, 1)
                        .oneByOne(cluster.state(model.version()).toString())) {
            Pass pass = watched(model.version(), Math.max(1, content.images().size() / ONE_BY_ONE_SHARE));
            streams.close(Duration.ofSeconds(30));
            return pass;
        }
    }

    private static void requireRunning(LaneSupervisor lanes) {
        if (!lanes.failures().isEmpty()) {
            throw new IllegalStateException("a lane failed: " + lanes.failures());
        }
    }

    private void note(MeterRegistry meters) {
        var summary = meters.get("sightline.embedder.batch.size").summary();
        for (CountAtBucket bucket : summary.takeSnapshot().histogramCounts()) {
            batchSizes.merge(
                    String.format(Locale.ROOT, "<= %03.0f", bucket.bucket()), (long) bucket.count(), Long::sum);
        }
    }

    /** At a steady load: from the event's time to the moment a reader of committed records sees its embedding. */
    EmbedDelays delays(double load, int windows, int windowSeconds) throws InterruptedException {
        ModelArtifact artifact = cluster.newVersion();
        String version = artifact.descriptor().version();
        LaneSettings settings = LaneSettings.DEFAULT.with(BATCH, 0);
        int known = content.images().size();
        int ofWindow = Math.max(1, (int) (load * windowSeconds));
        int sent = ofWindow * windows;
        Map<Integer, List<Double>> millis = new HashMap<>();
        try (Telemetry telemetry = Telemetry.withoutSpans();
                LaneSupervisor lanes = cluster.startLane(artifact, settings, telemetry)) {
            cluster.read(version, known, some -> {});
            Thread producing = Thread.ofPlatform().start(() -> produceSteadily(load, sent));
            cluster.read(version, known + sent, some -> {
                long now = System.currentTimeMillis();
                some.forEach(record -> {
                    if (record.key().startsWith(LIVE)) {
                        int number = Integer.parseInt(record.key().substring(LIVE.length()));
                        millis.computeIfAbsent(number / ofWindow, any -> new ArrayList<>())
                                .add((double) (now - record.timestamp()));
                    }
                });
            });
            producing.join();
            requireRunning(lanes);
        }
        return EmbedDelays.of(content.name(), load, millis.values());
    }

    private void produceSteadily(double load, int sent) {
        try (KafkaProducer<String, byte[]> producer = cluster.producer()) {
            long start = System.nanoTime();
            for (int i = 0; i < sent; i++) {
                long due = start + (long) (1e9 * i / load);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                byte[] event = content.event(i % content.images().size(), cluster.serdes());
                producer.send(new ProducerRecord<>(Topics.IMAGES, LIVE + i, event));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        started.close();
    }
}
