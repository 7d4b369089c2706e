package io.sightline.trainer.rounds;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.publish.Publisher;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.replay.ReplayBuffer;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.replay.ReplayStream;
import io.sightline.trainer.training.Checkpoint;
import io.sightline.trainer.training.CheckpointException;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.StepReport;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trainer: joins the labelled stream into its replay store and trains in rounds. After each round the candidate
 * and the active version are evaluated on the same holdout; the gate decides. While a version waits or back-fills the
 * trainer rests, so that no second one queues up behind it.
 *
 * <p>On failure: a checkpoint is written every {@value #CHECKPOINT_STEPS} steps and before every publication; a killed
 * trainer goes on from it. A damaged checkpoint is reported and training starts afresh: the gate keeps a worse network
 * from being published. Thread-safe.
 */
public final class TrainerService implements AutoCloseable {

    static final int CHECKPOINT_STEPS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final double LEARNING_RATE_FLOOR = 0.05;

    private final RoundSettings rounds;
    private final ModelCatalog catalog;
    private final Clock clock;
    private final Path checkpointFile;
    private final ReplayBuffer buffer;
    private final Preprocessor preprocessor;
    private final ReplayStream stream;
    private final ModelLog log;
    private final Publisher publisher;
    private final SeeTrainer trainer;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile TrainerStatus status = new TrainerStatus("starting", 0, 0, 0, Double.NaN, Double.NaN);

    /**
     * Starts to train. The catalog is used, and not closed.
     *
     * @param directory holds the checkpoint and the state of the join
     * @param models where artifacts are written
     */
    public TrainerService(
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            ConvNet net,
            TrainingSettings training,
            RoundSettings rounds,
            Path directory,
            Path models,
            Clock clock) {
        this.rounds = rounds;
        this.catalog = catalog;
        this.clock = clock;
        this.checkpointFile = directory.resolve("checkpoint.bin");
        this.trainer = open(net, training, checkpointFile);
        this.buffer = new ReplayBuffer(rounds.imagesPerClass(), rounds.replayBytes());
        this.preprocessor = new Preprocessor(net.preprocessing(), ImageLimits.DEFAULT);
        this.log = new ModelLog(connection, serdes);
        this.publisher = new Publisher(new ArtifactWriter(models), catalog, log, clock);
        this.stream = new ReplayStream(connection, serdes, buffer, preprocessor, directory.resolve("streams"));
        this.thread = Thread.ofPlatform().name("trainer").start(this::run);
    }

    /** What it is doing now. */
    public TrainerStatus status() {
        return status;
    }

    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stream.close();
        log.close();
        trainer.close();
        preprocessor.close();
    }

    private static SeeTrainer open(ConvNet net, TrainingSettings training, Path file) {
        if (Files.exists(file)) {
            try {
                SeeTrainer restored = SeeTrainer.restore(net, training, Checkpoint.read(file));
                LOG.info("training goes on from step {}", restored.steps());
                return restored;
            } catch (CheckpointException e) {
                Path aside = file.resolveSibling(file.getFileName() + ".refused");
                LOG.error("training starts afresh, the checkpoint is kept as {}: {}", aside, e.getMessage());
                moveAside(file, aside);
            }
        }
        return SeeTrainer.create(net, training);
    }

    private static void moveAside(Path file, Path aside) {
        try {
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoint " + file + " cannot be moved aside: " + e.getMessage(), e);
        }
    }

    private void run() {
        try {
            if (catalog.current().all().isEmpty()) {
                publishInitial();
            }
            awaitLabels();
            int rejected = 0;
            long changes = buffer.changes();
            while (!stopped()) {
                awaitNothingPending();
                if (buffer.changes() != changes) {
                    changes = buffer.changes();
                    rejected = 0;
                }
                if (rejected >= rounds.patience()) {
                    report("waiting for new labels", Double.NaN, Double.NaN);
                    long before = changes;
                    await(() -> buffer.changes() != before);
                } else {
                    trainRound();
                    if (!stopped()) {
                        rejected = conclude() ? 0 : rejected + 1;
                    }
                }
            }
            trainer.checkpoint().write(checkpointFile);
        } catch (RuntimeException e) {
            LOG.error(
                    "the trainer stopped at step {}: {}; restart it to go on from its checkpoint",
                    trainer.steps(),
                    e,
                    e);
            report("failed: " + e.getMessage(), Double.NaN, Double.NaN);
        }
    }

    private void publishInitial() {
        try (ServingGraph serving = new ServingGraph(trainer.net(), trainer.weights())) {
            Gate.Verdict verdict =
                    new Gate.Verdict(true, "the initial network: images are searchable at once", Map.of());
            publisher.publish(serving, trainer.settings().describe(), lineage(currentSnapshot()), verdict);
        }
    }

    private void awaitLabels() {
        report("waiting for labels", Double.NaN, Double.NaN);
        await(() -> stream.isReady() && currentSnapshot().classesWith(2).size() >= rounds.minClasses());
        Instant latest = clock.instant().plus(rounds.longestSettle());
        long[] seen = {buffer.changes()};
        Instant[] quietSince = {clock.instant()};
        report("waiting for the stream to settle", Double.NaN, Double.NaN);
        await(() -> {
            Instant now = clock.instant();
            if (buffer.changes() != seen[0]) {
                seen[0] = buffer.changes();
                quietSince[0] = now;
            }
            return now.isAfter(quietSince[0].plus(rounds.settle())) || now.isAfter(latest);
        });
    }

    private void awaitNothingPending() {
        if (isPending(catalog.current())) {
            report("waiting for a version to go active", Double.NaN, Double.NaN);
            await(() -> !isPending(catalog.current()));
        }
    }

    private static boolean isPending(ModelVersions versions) {
        return !versions.withStatus(ModelStatus.CANDIDATE).isEmpty()
                || !versions.withStatus(ModelStatus.STAGED).isEmpty();
    }

    /** Steps up to the next multiple of the round's length; a resumed trainer finishes the round it was in. */
    private void trainRound() {
        long end = (trainer.steps() / rounds.steps() + 1) * rounds.steps();
        if (isRoundOpen()) {
            return;
        }
        Instant start = clock.instant();
        long first = trainer.steps();
        while (trainer.steps() < end && !stopped()) {
            await(stream::isReady);
            ReplaySnapshot snapshot = currentSnapshot();
            if (snapshot.classesWith(2).size() < 2) {
                awaitLabels();
                continue;
            }
            double progress = (trainer.steps() % rounds.steps()) / (double) rounds.steps();
            StepReport step = trainer.step(snapshot, learningRateFactor(progress));
            double millis = Duration.between(start, clock.instant()).toMillis() / (double) (trainer.steps() - first);
            report("training", step.batchLoss(), millis);
            if (trainer.steps() % CHECKPOINT_STEPS == 0) {
                trainer.checkpoint().write(checkpointFile);
            }
        }
    }

    /** A round that was trained to its end but neither published nor rejected before the process went down. */
    private boolean isRoundOpen() {
        return trainer.steps() > 0
                && trainer.steps() % rounds.steps() == 0
                && catalog.current().all().stream()
                        .noneMatch(event -> event.getLineage().getSteps() == trainer.steps());
    }

    /** Half a cosine from 1 down to a floor: each round ends settled, and the next one starts afresh. */
    private static double learningRateFactor(double progress) {
        return LEARNING_RATE_FLOOR + (1 - LEARNING_RATE_FLOOR) * (1 + Math.cos(Math.PI * progress)) / 2;
    }

    /**
     * Evaluates, then publishes or rejects.
     *
     * @return whether the candidate passed
     */
    private boolean conclude() {
        report("evaluating", status.loss(), status.stepMillis());
        trainer.checkpoint().write(checkpointFile);
        await(stream::isReady);
        ReplaySnapshot snapshot = currentSnapshot();
        try (ServingGraph serving = new ServingGraph(trainer.net(), trainer.weights())) {
            List<byte[]> pixels =
                    snapshot.holdoutItems().stream().map(ReplayItem::pixels).toList();
            List<String> labels =
                    snapshot.holdoutItems().stream().map(ReplayItem::label).toList();
            RetrievalMetrics candidate = RetrievalMetrics.of(serving.embed(pixels), labels);
            boolean activeIsTrained = catalog.current().active().stream()
                    .anyMatch(event -> event.getLineage().getSteps() > 0);
            Gate.Verdict verdict = rounds.gate().judge(candidate, active(pixels, labels), activeIsTrained);
            awaitInterval();
            if (stopped()) {
                return false;
            }
            String version = publisher.publish(serving, trainer.settings().describe(), lineage(snapshot), verdict);
            LOG.info("{} after {} steps: {}", version, trainer.steps(), verdict.reason());
            awaitInCatalog(version);
            return verdict.passed();
        }
    }

    private @Nullable RetrievalMetrics active(List<byte[]> pixels, List<String> labels) {
        Optional<ModelEvent> active = catalog.current().active();
        if (active.isEmpty()
                || !active.get()
                        .getPreprocessing()
                        .equals(trainer.net().preprocessing().fingerprint())) {
            return null;
        }
        URI artifact = URI.create(active.get().getArtifactUri());
        try (EmbeddingModel model =
                EmbeddingModel.load(ModelArtifact.open(artifact, active.get().getManifestSha256()))) {
            float[][] vectors = new float[pixels.size()][];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = model.embed(pixels.get(i));
            }
            return RetrievalMetrics.of(vectors, labels);
        } catch (ArtifactException e) {
            LOG.error("the active version cannot be compared with: {}", e.getMessage());
            return null;
        }
    }

    private void awaitInterval() {
        Optional<Instant> last = catalog.current().all().stream()
                .filter(event -> event.getStatus() != ModelStatus.REJECTED)
                .map(ModelEvent::getPublishedTime)
                .max(Instant::compareTo);
        last.ifPresent(published -> await(() -> !clock.instant().isBefore(published.plus(rounds.minInterval()))));
    }

    private void awaitInCatalog(String version) {
        await(() -> catalog.current().find(version).isPresent());
    }

    private ReplaySnapshot currentSnapshot() {
        return buffer.snapshot(rounds.holdout());
    }

    private Lineage lineage(ReplaySnapshot snapshot) {
        return new Lineage(
                trainer.steps(),
                trainer.settings().seed(),
                trainer.classes(),
                snapshot.trainingImages(),
                snapshot.offsets());
    }

    private void report(String phase, double loss, double stepMillis) {
        ReplaySnapshot snapshot = currentSnapshot();
        status = new TrainerStatus(
                phase, trainer.steps(), trainer.classes(), snapshot.trainingImages(), loss, stepMillis);
    }

    private boolean stopped() {
        return stop.getCount() == 0;
    }

    private void await(BooleanSupplier condition) {
        try {
            while (!stopped() && !condition.getAsBoolean()) {
                if (stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop.countDown();
        }
    }
}
