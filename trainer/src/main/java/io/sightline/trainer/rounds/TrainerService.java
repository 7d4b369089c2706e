package io.sightline.trainer.rounds;

import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.erasure.Erasures;
import io.sightline.embedder.erasure.Holder;
import io.sightline.embedder.erasure.HolderIds;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.telemetry.Freshness;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.LogKeys;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelStatus;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.publish.AbandonedArtifacts;
import io.sightline.trainer.publish.AnnouncedArtifacts;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.publish.Publisher;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.replay.ReplayBuffer;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.replay.ReplayStream;
import io.sightline.trainer.report.CurvePoint;
import io.sightline.trainer.training.MemoryPlan;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.StepReport;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The trainer: joins the labelled stream into its replay store and trains in rounds. After each round the candidate
 * and the active version are evaluated on the same holdout; the gate decides. While a version waits or back-fills the
 * trainer rests, so that no second one queues up behind it.
 *
 * <p>On failure: a checkpoint is written every {@value TrainingRun#CHECKPOINT_STEPS} steps and before every publication;
 * a killed trainer goes on from it, once the replay store holds again what it held then. Where no checkpoint is usable
 * training starts afresh: the gate keeps a worse network from being published. What a killed trainer had not announced
 * is removed at the next start, after a day ({@link AbandonedArtifacts}). Thread-safe.
 */
public final class TrainerService implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
    private static final Duration ANNOUNCED_TIMEOUT = Duration.ofMinutes(1);
    private static final double LEARNING_RATE_FLOOR = 0.05;

    private final Runnable abandoned;
    private final RoundSettings rounds;
    private final ModelCatalog catalog;
    private final ReplayBuffer buffer;
    private final Preprocessor preprocessor;
    private final ReplayStream stream;
    private final ModelLog log;
    private final Publisher publisher;
    private final TrainingRun run;
    private final SeeTrainer trainer;
    private final SnapshotInHand inHand;
    private final Erasures erasures;
    private final VersionReports reports;
    private final ActiveNetwork activeNetwork;
    private final TrainerMetrics metrics;
    private final TrainerWaits waits;
    private final Thread thread;
    private final Telemetry.Watch watch;
    private @Nullable EmbeddingModel tied;
    private long changesAtRoundStart;
    private volatile TrainerStatus status = new TrainerStatus("starting", "", 0, 0, 0, 0, Double.NaN, Double.NaN, null);

    /**
     * Starts to train. The catalog is used, and not closed.
     *
     * @param payloads what image events refer to
     * @param directory holds the checkpoints and the state of the join
     * @param models where artifacts and reports are written
     * @param telemetry where its meters are registered, see {@code sightline.trainer.*}
     */
    public TrainerService(
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            EmbeddingNet net,
            TrainingSettings training,
            RoundSettings rounds,
            PayloadReader payloads,
            Path directory,
            Path models,
            Telemetry telemetry,
            Clock clock) {
        MemoryPlan memory = MemoryPlan.of(net, training);
        LOG.atLevel(memory.fitsThisMachine() ? Level.INFO : Level.WARN)
                .log("{}: {}", net.describe(), memory.onThisMachine());
        this.abandoned = () -> removeAbandoned(connection, serdes, models, clock);
        this.rounds = rounds;
        this.catalog = catalog;
        this.run = TrainingRun.open(net, training, directory.resolve("checkpoints"), 0);
        this.trainer = run.trainer();
        this.buffer = new ReplayBuffer(rounds.imagesPerClass(), rounds.replayBytes());
        this.preprocessor = new Preprocessor(net.preprocessing(), ImageLimits.DEFAULT);
        this.log = new ModelLog(connection, serdes);
        this.publisher = new Publisher(models, catalog, log, clock);
        this.stream =
                new ReplayStream(connection, serdes, buffer, preprocessor, payloads, directory.resolve("streams"));
        String holder = HolderIds.ofFolder(directory);
        ErasedReplay replay = new ErasedReplay(holder, buffer, stream::committed);
        this.inHand = new SnapshotInHand(holder, replay);
        this.erasures = Erasures.open(connection, serdes, clock);
        this.reports = new VersionReports(catalog, models);
        this.activeNetwork = new ActiveNetwork(catalog, net.preprocessing().fingerprint());
        this.metrics = new TrainerMetrics(telemetry.meters(), this::status, buffer::bytes);
        this.waits = new TrainerWaits(rounds, catalog, buffer, stream, clock, this::report);
        List<Holder> places = List.of(
                replay,
                inHand,
                new ErasedReports(holder, reports, inHand),
                new ErasedTrainingPayloads(holder, replay, payloads::forget));
        erasures.start(() -> places);
        this.watch = stream.watch(telemetry);
        telemetry.watchDisk("trainer", directory);
        Freshness.meter(telemetry.meters(), "trainer", catalog::staleFor);
        this.thread = Thread.ofPlatform().name("trainer").start(this::run);
    }

    /** The training report of a version, empty if there is none. */
    public Optional<Path> report(String version) {
        return reports.find(version);
    }

    /** The training curves so far. */
    public List<CurvePoint> curves() {
        return run.curves();
    }

    /** Whether it can do its part, and what only a restart mends. */
    public TrainerHealth health() {
        return new TrainerHealth(catalog, thread::isAlive, stream::state, this::status);
    }

    /** What it is doing now. */
    public TrainerStatus status() {
        return status;
    }

    @Override
    public void close() {
        waits.stop();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        erasures.close();
        stream.close();
        watch.close();
        log.close();
        if (tied != null) {
            tied.close();
        }
        run.close();
        preprocessor.close();
    }

    private static void removeAbandoned(KafkaConnection connection, RecordSerdes serdes, Path models, Clock clock) {
        try {
            AnnouncedArtifacts announced = AnnouncedArtifacts.read(connection, serdes, ANNOUNCED_TIMEOUT);
            new AbandonedArtifacts(models, announced).remove(clock.instant());
        } catch (IOException | RuntimeException e) {
            LOG.warn("what killed trainers left in {} stays there until the next start: {}", models, e.toString());
        }
    }

    private void run() {
        abandoned.run();
        try {
            // Not only at the very first start: without labels nothing else would be published after it was rejected.
            if (catalog.current().all().equals(catalog.current().withStatus(ModelStatus.REJECTED))) {
                publishInitial();
            }
            waits.forLabels();
            waits.forReplay(run.cursor().offsets());
            concludeDecidedRound();
            int rejected = 0;
            long changes = buffer.changes();
            changesAtRoundStart = changes - run.cursor().roundLabels();
            while (!waits.stopped()) {
                waits.forNothingPending();
                if (buffer.changes() != changes) {
                    changes = buffer.changes();
                    rejected = 0;
                }
                if (rejected >= rounds.patience()) {
                    metrics.skipped();
                    waits.forChange(changes, rejected + " rounds in a row were no better");
                } else {
                    trainRound();
                    if (!waits.stopped()) {
                        rejected = conclude() ? 0 : rejected + 1;
                    }
                }
            }
            run.checkpoint();
        } catch (RuntimeException | Error e) {
            // Memory that ran out among them: a thread that is gone without a word looks like one that waits.
            LOG.error(
                    "the trainer stopped at step {}: {}; restart it to go on from its checkpoint",
                    trainer.steps(),
                    e,
                    e);
            report("failed", String.valueOf(e.getMessage()));
        }
    }

    private void publishInitial() {
        try (ServingGraph serving = new ServingGraph(trainer.net(), trainer.weights())) {
            Gate.Verdict verdict =
                    new Gate.Verdict(true, "the initial network: images are searchable at once", Map.of());
            ReplaySnapshot snapshot = currentSnapshot();
            publisher.publish(serving, settings(snapshot), lineage(snapshot), verdict, null);
        }
    }

    private Map<String, String> settings(ReplaySnapshot snapshot) {
        Map<String, String> settings = new TreeMap<>(trainer.settings().describe());
        settings.putAll(rounds.holdout().describe(snapshot.classes().size()));
        return settings;
    }

    /** A round that was published or rejected, but not concluded, before the process went down. */
    private void concludeDecidedRound() {
        boolean decided = catalog.current().all().stream()
                .anyMatch(event -> event.getLineage().getSteps() == trainer.steps());
        if (run.roundSteps() > 0 && decided) {
            run.concludeRound(currentSnapshot());
        }
    }

    /** Steps up to the end of the round; a resumed trainer finishes the round it was in. */
    private void trainRound() {
        if (run.roundSteps() == 0) {
            changesAtRoundStart = buffer.changes();
        }
        tie();
        double progress = progress();
        while (progress < 1 && !waits.stopped()) {
            waits.forStream();
            ReplaySnapshot snapshot = inHand.take(this::currentSnapshot);
            if (snapshot.classesWith(2).size() < 2) {
                inHand.putDown();
                waits.forLabels();
                continue;
            }
            StepReport step = run.step(snapshot, learningRateFactor(progress), buffer.changes() - changesAtRoundStart);
            metrics.stepped(step);
            progress = progress();
            report("training", "", step.batchLoss());
        }
        inHand.putDown();
    }

    private double progress() {
        return rounds.progress(run.roundSteps(), buffer.changes() - changesAtRoundStart, run.roundMillis());
    }

    /** Embeddings stay close to the active version's, if the settings say so. */
    private void tie() {
        if (tied != null) {
            tied.close();
            tied = null;
        }
        trainer.tieTo(null);
        if (trainer.settings().tie() > 0) {
            tied = activeNetwork.load();
            if (tied != null && tied.descriptor().dimensions() != trainer.net().dimensions()) {
                LOG.warn(
                        "embeddings of {} dimensions cannot be tied to the active version's of {}",
                        trainer.net().dimensions(),
                        tied.descriptor().dimensions());
            } else if (tied != null && activeNetwork.mustCompare()) {
                trainer.tieTo(tied::embed);
            }
        }
    }

    /** Down to a floor: each round ends settled, and the next one starts afresh. */
    private double learningRateFactor(double progress) {
        return LEARNING_RATE_FLOOR
                + (1 - LEARNING_RATE_FLOOR) * trainer.settings().schedule().at(progress);
    }

    /**
     * Evaluates, then publishes or rejects.
     *
     * @return whether the candidate passed
     */
    private boolean conclude() {
        report("evaluating", "");
        run.checkpoint();
        waits.forStream();
        ReplaySnapshot snapshot = inHand.take(this::currentSnapshot);
        try (ServingGraph serving = new ServingGraph(trainer.net(), trainer.weights());
                @Nullable EmbeddingModel active = activeNetwork.load()) {
            Evaluation evaluation = Evaluation.of(
                    serving::embed,
                    active == null ? null : active::embed,
                    snapshot,
                    run.cursor().knownClasses());
            Gate.Verdict verdict = rounds.gate()
                    .judge(evaluation.candidate(), evaluation.active(), activeNetwork.mustCompare())
                    .with(evaluation.figures());
            waits.forInterval();
            if (waits.stopped()) {
                return false;
            }
            Lineage lineage = lineage(snapshot);
            SpaceMap compatible = active == null ? null : compatible(evaluation, active);
            String version = publisher.publish(serving, settings(snapshot), lineage, verdict, compatible);
            LOG.atInfo()
                    .addKeyValue(LogKeys.VERSION, version)
                    .log("{} after {} steps: {}", version, trainer.steps(), verdict.reason());
            metrics.concluded(version, verdict.passed(), verdict.metrics());
            catalog.current()
                    .find(version)
                    .ifPresent(event -> reports.write(event, trainer.net(), run.curves(), verdict, evaluation));
            run.concludeRound(snapshot);
            return verdict.passed();
        } finally {
            inHand.putDown();
        }
    }

    /** The way into the active version's space, if that is wanted and good enough. */
    private @Nullable SpaceMap compatible(Evaluation evaluation, EmbeddingModel active) {
        if (rounds.compatible().isEmpty() || !activeNetwork.mustCompare()) {
            return null;
        }
        return evaluation
                .compatible(rounds.gate().metric(), rounds.compatible().getAsDouble())
                .map(map -> map.toward(active.version()))
                .orElse(null);
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
                stream.offsets(currentSnapshot()));
    }

    private void report(String phase, String detail) {
        report(phase, detail, status.loss());
    }

    private void report(String phase, String detail, double loss) {
        status = new TrainerStatus(
                phase,
                detail,
                trainer.steps(),
                progress(),
                trainer.classes(),
                currentSnapshot().trainingImages(),
                loss,
                run.roundSteps() == 0 ? Double.NaN : run.roundMillis() / run.roundSteps(),
                run.latest());
    }
}
