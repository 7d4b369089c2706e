package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Trains the same network with different recipes and seeds for the same number of steps and measures each on classes
 * that it has not seen. Each run uses one thread; its outcome is kept in a file, so that an interrupted benchmark goes
 * on where it was.
 */
final class QualityBench {

    /** conv-4 with 32 filters, the network of the reference figures. */
    private static final List<Integer> WIDTHS = List.of(32, 32, 32, 32);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path kept;
    private final Map<QualityRun.Key, QualityRun> done = new HashMap<>();

    /**
     * Takes up what was measured before.
     *
     * @param kept one run a line, as JSON; need not exist
     */
    QualityBench(Path kept) throws IOException {
        this.kept = kept;
        if (Files.exists(kept)) {
            for (String line : Files.readAllLines(kept)) {
                QualityRun run = JSON.readValue(line, QualityRun.class);
                done.put(run.key(), run);
            }
        }
    }

    /** Data sets by name. */
    static RetrievalSet open(Path data, String name) throws IOException {
        return switch (name) {
            case "omniglot242" ->
                RetrievalSet.open(
                        data.resolve("omniglot242.zip"),
                        name,
                        Preprocessing.DRAWING,
                        RetrievalSet.Protocol.ALL_AGAINST_ALL);
            case "grocery96" ->
                RetrievalSet.open(
                        data.resolve("grocery96.zip"), name, Preprocessing.PHOTO, RetrievalSet.Protocol.CROSS_SPLIT);
            default ->
                throw new IllegalArgumentException(
                        "there is no data set '" + name + "'; there are omniglot242 and grocery96");
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
            for (Future<QualityRun> one : pending) {
                runs.add(result(one));
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

    private static QualityRun train(RetrievalSet set, QualityRun.Key key) {
        Augmentation augmentation = set.preprocessing().invert() ? Augmentation.DRAWING : Augmentation.PHOTO;
        TrainingSettings settings = TrainingSettings.defaults(augmentation, key.seed())
                .with(draft -> Recipe.of(key.recipe()).change().accept(draft, key.steps()));
        ConvNet net = new ConvNet(set.preprocessing(), WIDTHS, key.dimensions());
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
