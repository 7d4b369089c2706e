package io.sightline.trainer.rounds;

import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.report.CurvePoint;
import io.sightline.trainer.training.Checkpoint;
import io.sightline.trainer.training.CheckpointStore;
import io.sightline.trainer.training.SeeTrainer;
import io.sightline.trainer.training.StepReport;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trainer with its checkpoints and curves in a folder: opened again, it goes on bit for bit where its newest
 * checkpoint was written. Not thread-safe.
 */
public final class TrainingRun implements AutoCloseable {

    /** Steps between two checkpoints. */
    public static final int CHECKPOINT_STEPS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
    private static final int KEPT = 3;

    private final SeeTrainer trainer;
    private final CheckpointStore checkpoints;
    private final TrainingCurves curves;
    private Checkpoint.Cursor cursor;
    private double roundMillis;

    private TrainingRun(
            SeeTrainer trainer, CheckpointStore checkpoints, TrainingCurves curves, Checkpoint.Cursor cursor) {
        this.trainer = trainer;
        this.checkpoints = checkpoints;
        this.curves = curves;
        this.cursor = cursor;
        this.roundMillis = cursor.roundMillis();
    }

    private record Restored(SeeTrainer trainer, Checkpoint.Cursor cursor) {}

    /**
     * Goes on from the newest usable checkpoint of a folder, or starts with the initial network.
     *
     * @param threads threads of one operation, 0 for all cores
     * @throws IllegalArgumentException if the network does not fit the loss
     */
    public static TrainingRun open(EmbeddingNet net, TrainingSettings settings, Path directory, int threads) {
        CheckpointStore checkpoints = new CheckpointStore(directory, KEPT);
        Optional<Restored> restored = checkpoints.restore(checkpoint ->
                new Restored(SeeTrainer.restore(net, settings, checkpoint, threads), checkpoint.cursor()));
        restored.ifPresent(one -> LOG.info("training goes on from step {}", one.trainer.steps()));
        SeeTrainer trainer = restored.isPresent() ? restored.get().trainer : SeeTrainer.create(net, settings, threads);
        TrainingCurves curves = TrainingCurves.open(directory.resolve("curves.jsonl"), trainer.steps());
        return new TrainingRun(
                trainer, checkpoints, curves, restored.map(Restored::cursor).orElse(Checkpoint.Cursor.START));
    }

    /** The trainer. */
    public SeeTrainer trainer() {
        return trainer;
    }

    /** Where in its round and in the stream training is. */
    public Checkpoint.Cursor cursor() {
        return cursor;
    }

    /** Steps of the present round so far. */
    public long roundSteps() {
        return trainer.steps() - cursor.roundStart();
    }

    /** How long the present round has been trained, in milliseconds. */
    public double roundMillis() {
        return roundMillis;
    }

    /** The curves of all training so far. */
    public List<CurvePoint> curves() {
        return curves.points();
    }

    /** The latest point of the curves, null before the first. */
    public @Nullable CurvePoint latest() {
        return curves.latest();
    }

    /** Makes one step; every {@value #CHECKPOINT_STEPS} steps a checkpoint is written. */
    public StepReport step(ReplaySnapshot snapshot, double learningRateFactor) {
        return step(snapshot, learningRateFactor, 0);
    }

    /**
     * The same on a stream.
     *
     * @param roundLabels changes of the labelled stream in this round
     */
    StepReport step(ReplaySnapshot snapshot, double learningRateFactor, long roundLabels) {
        StepReport report = trainer.step(snapshot, learningRateFactor);
        roundMillis += report.millis();
        curves.add(trainer.steps(), report, learningRateFactor);
        cursor = new Checkpoint.Cursor(
                cursor.roundStart(), (long) roundMillis, roundLabels, cursor.knownClasses(), snapshot.offsets());
        if (trainer.steps() % CHECKPOINT_STEPS == 0) {
            checkpoint();
        }
        return report;
    }

    /** The round is over: the next one begins here. */
    public void concludeRound(ReplaySnapshot snapshot) {
        roundMillis = 0;
        cursor = new Checkpoint.Cursor(trainer.steps(), 0, 0, List.copyOf(snapshot.classes()), snapshot.offsets());
        checkpoint();
    }

    /**
     * Writes a checkpoint.
     *
     * @throws io.sightline.trainer.training.CheckpointException if the folder cannot be written
     */
    public void checkpoint() {
        curves.flush();
        checkpoints.write(trainer.checkpoint(cursor));
    }

    @Override
    public void close() {
        trainer.close();
    }
}
