package io.sightline.deploy.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.schemas.Sha256;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains the same network with different recipes and seeds for the same number of steps and measures each on classes
 * that it has not seen. Each run uses one thread; its outcome is kept in a file, so that an interrupted benchmark goes
 * on where it was.
 */
final class QualityBench {

    /** conv-4 with 32 filters. */
    private static final List<Integer> WIDTHS = List.of(32, 32, 32, 32);

    /**
     * The reference figures were made with a "small affine augmentation", of no stated size. With this one, smaller than
     * the trainer's own, they are met.
     */
    private static final Augmentation REFERENCE = new Augmentation(6, 0.06, 0.042, false);

    /** Classes in a batch of photos, whose steps cost more. */
    private static final int PHOTO_CLASSES = 16;

    private static final List<String> SETS = List.of("omniglot242", "grocery96");
    private static final Logger LOG = LoggerFactory.getLogger(QualityBench.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path kept;
    private final ConvNet.Readout readout;
    private final Map<QualityRun.Key, QualityRun> done = new HashMap<>();

    /**
     * Takes up what was measured before.
     *
     * @param kept one run a line, as JSON; need not exist
     * @param readout of the network
     */
    QualityBench(Path kept, ConvNet.Readout readout) throws IOException {
        this.kept = kept;
        this.readout = readout;
        if (Files.exists(kept)) {
            for (String line : Files.readAllLines(kept)) {
                try {
                    QualityRun run = JSON.readValue(line, QualityRun.class);
                    done.put(run.key(), run);
                } catch (JsonProcessingException e) {
                    // Cut off by a crash, or of an earlier build: that run is made again.
                    LOG.warn("{}: a run is left out: {}", kept, e.getOriginalMessage());
                }
            }
        }
    }

    /** Refuses the name of a set that there is not. */
    static void requireKnown(String name) {
        if (!SETS.contains(name)) {
            throw new IllegalArgumentException("there is no data set '" + name + "'; there are " + SETS);
        }
    }

    /** Data sets by name. */
    static RetrievalSet open(Path data, String name) throws IOException {
        return switch (name) {
            case "omniglot242" -> RetrievalSet.open(data.resolve("omniglot242.zip"), name, Preprocessing.DRAWING);
            case "grocery96" -> RetrievalSet.open(data.resolve("grocery96.zip"), name, Preprocessing.PHOTO);
            default -> throw new IllegalArgumentException("there is no data set '" + name + "'; there are " + SETS);
        };
    }

    /**
     * Makes the runs that were not made before.
     *
     * @param parallel runs at a time, each on one thread
     * @param finished called for each run, also for those that were made before; from any thread
     */
    List<QualityRun> run(RetrievalSet set, List<QualityRun.Key> wanted, int parallel, Consumer<QualityRun> finished)
            throws IOException, InterruptedException {
        List<QualityRun> runs = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(parallel)) {
            List<Future<QualityRun>> pending = new ArrayList<>();
            for (QualityRun.Key key : wanted) {
                pending.add(executor.submit(() -> {
                    QualityRun known = done.get(key);
                    QualityRun run = known == null ? train(set, key) : known;
                    if (known == null) {
                        keep(run);
                    }
                    finished.accept(run);
                    return run;
                }));
            }
            try {
                for (Future<QualityRun> one : pending) {
                    runs.add(result(one));
                }
            } finally {
                executor.shutdownNow();
            }
        }
        return runs;
    }

    private static QualityRun result(Future<QualityRun> run) throws IOException, InterruptedException {
        try {
            return run.get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IOException("a run failed: " + e.getCause(), e.getCause());
        }
    }

    private synchronized void keep(QualityRun run) throws IOException {
        Files.createDirectories(kept.toAbsolutePath().getParent());
        Files.writeString(
                kept,
                JSON.writeValueAsString(run) + System.lineSeparator(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** What to run: the recipe's settings are part of it. */
    QualityRun.Key key(RetrievalSet set, String recipe, int dimensions, long seed, int steps) {
        TrainingSettings settings = settings(set.preprocessing(), recipe, seed, steps);
        String words = words(settings, set.preprocessing()) + WIDTHS + " " + readout;
        String hash = Sha256.hex(words.getBytes(StandardCharsets.UTF_8)).substring(0, 12);
        return new QualityRun.Key(set.name(), recipe, dimensions, seed, steps, hash);
    }

    /** Runs that were kept are found by these words: what came later says nothing as long as it is not used. */
    private static String words(TrainingSettings settings, Preprocessing shape) {
        Map<String, String> described = new TreeMap<>(settings.describe());
        described.remove("augmentation");
        described.remove("schedule", "cosine");
        described.remove("microBatch", "whole batch");
        described.remove("precision", "float32");
        return described + " "
                + settings.augmentation().toString().replace(", leastArea=1.0, jitter=0.0, erasing=0.0", "") + " "
                + shape.toString().replace(", crop=square", "");
    }

    private static Augmentation usual(Preprocessing shape) {
        return shape.invert() ? REFERENCE : Augmentation.PHOTO;
    }

    private static TrainingSettings settings(Preprocessing shape, String recipe, long seed, int steps) {
        return TrainingSettings.defaults(usual(shape), seed)
                .with(draft -> draft.classesPerBatch = shape.invert() ? draft.classesPerBatch : PHOTO_CLASSES)
                .with(draft -> Recipe.of(recipe).change().accept(draft, steps));
    }

    private QualityRun train(RetrievalSet set, QualityRun.Key key) {
        TrainingSettings settings = settings(set.preprocessing(), key.recipe(), key.seed(), key.steps());
        ConvNet net = new ConvNet(set.preprocessing(), WIDTHS, key.dimensions(), readout);
        long start = System.nanoTime();
        try (SeeTrainer trainer = SeeTrainer.create(net, settings, 1)) {
            for (int step = 0; step < key.steps(); step++) {
                trainer.step(set.training(), (1 + Math.cos(Math.PI * step / key.steps())) / 2);
            }
            double millis = (System.nanoTime() - start) / 1e6 / key.steps();
            try (ServingGraph network = new ServingGraph(net, trainer.weights())) {
                RetrievalMetrics metrics = set.measure(network);
                return new QualityRun(
                        key.set(),
                        key.recipe(),
                        key.dimensions(),
                        key.seed(),
                        key.steps(),
                        key.settings(),
                        metrics.recallAt(1),
                        metrics.recallAt(2),
                        metrics.recallAt(4),
                        metrics.recallAt(8),
                        metrics.mapAtR(),
                        millis);
            }
        }
    }
}
