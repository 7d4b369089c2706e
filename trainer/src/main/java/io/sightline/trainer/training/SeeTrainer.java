package io.sightline.trainer.training;

import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Trains one network for as long as there is a stream. All randomness of a step follows from the seed and the number
 * of the step, so that a trainer restored from a checkpoint goes on as if it had never stopped. Not thread-safe.
 */
public final class SeeTrainer implements AutoCloseable {

    private static final int SMALLEST_TABLE = 256;
    /** Classes that join a running training at one step. */
    private static final int MOST_JOINING = 32;
    /** Mixed into seed and step, so that neighbouring steps have unrelated randomness (the golden ratio's bits). */
    static final long STEP_STRIDE = 0x9E3779B97F4A7C15L;

    private final EmbeddingNet net;
    private final TrainingSettings settings;
    private final BatchSampler sampler;
    private final ClassTable classes;
    private @Nullable Reference reference;
    private final TrainingGraph graph;
    private final ProxyStarts proxyStarts;
    private long steps;

    private SeeTrainer(
            EmbeddingNet net, TrainingSettings settings, ClassTable classes, TrainingGraph graph, long steps) {
        this.net = net;
        this.settings = settings;
        this.sampler = new BatchSampler(net.preprocessing(), settings);
        this.classes = classes;
        this.graph = graph;
        this.proxyStarts = new ProxyStarts(net, settings, sampler, graph::embed);
        this.steps = steps;
    }

    /** A trainer with the initial network, on all cores. */
    public static SeeTrainer create(EmbeddingNet net, TrainingSettings settings) {
        return create(net, settings, 0);
    }

    /**
     * A trainer with the initial network.
     *
     * @param threads threads of one operation, 0 for all cores
     * @throws IllegalArgumentException if the embedding is too short for the loss
     */
    public static SeeTrainer create(EmbeddingNet net, TrainingSettings settings, int threads) {
        settings.loss().requireFits(net.dimensions());
        return new SeeTrainer(
                net, settings, new ClassTable(Map.of()), new TrainingGraph(net, settings, SMALLEST_TABLE, threads), 0);
    }

    /** A trainer that goes on from a checkpoint, on all cores. */
    public static SeeTrainer restore(EmbeddingNet net, TrainingSettings settings, Checkpoint checkpoint) {
        return restore(net, settings, checkpoint, 0);
    }

    /**
     * A trainer that goes on from a checkpoint.
     *
     * @throws CheckpointException if the checkpoint is of another network or loss, or with other proxies
     */
    public static SeeTrainer restore(EmbeddingNet net, TrainingSettings settings, Checkpoint checkpoint, int threads) {
        settings.loss().requireFits(net.dimensions());
        HostTensor proxies = checkpoint.tensors().get(TrainingGraph.PROXIES);
        if (proxies == null || !checkpoint.network().equals(describe(net, settings))) {
            throw new CheckpointException("the checkpoint is of '" + checkpoint.network() + "', not of '"
                    + describe(net, settings)
                    + "': start with the same settings (--from too, if it went on from a version), or with an empty"
                    + " folder");
        }
        int capacity = (int) proxies.shape()[0] / Math.max(1, settings.loss().proxiesPerClass());
        TrainingGraph graph = new TrainingGraph(net, settings, capacity, threads);
        try {
            graph.write(checkpoint.tensors());
        } catch (RuntimeException e) {
            graph.close();
            throw e;
        }
        return new SeeTrainer(net, settings, new ClassTable(checkpoint.classRows()), graph, checkpoint.steps());
    }

    /** What a checkpoint must agree with: its tensors mean something else in another network or loss. */
    private static String describe(EmbeddingNet net, TrainingSettings settings) {
        return net.describe() + ", " + settings.loss().name() + " with "
                + settings.loss().proxiesPerClass() + " proxies a class"
                + (settings.averaging() > 0 ? ", averaged" : "") + (settings.quarterTurns() ? ", quarter turns" : "")
                + (settings.fineTuning().isFrozen() ? ", backbone frozen" : "");
    }

    /** Embeds preprocessed images, [N, d], unit rows. */
    @FunctionalInterface
    public interface Reference {

        /** Embeds images. */
        float[][] embed(List<byte[]> pixels);
    }

    /** Ties embeddings to another network's, as strongly as the settings say; null ends the tie. */
    public void tieTo(@Nullable Reference other) {
        reference = other;
    }

    /** The network that is trained. */
    public EmbeddingNet net() {
        return net;
    }

    /** How it is trained. */
    public TrainingSettings settings() {
        return settings;
    }

    /** Steps since the initial network. */
    public long steps() {
        return steps;
    }

    /** Classes that have a proxy. */
    public int classes() {
        return classes.size();
    }

    /**
     * Makes one step on the given content.
     *
     * @param learningRateFactor share of the peak learning rates to use, 0 to 1
     * @throws IllegalArgumentException if fewer than two classes have two images
     */
    public StepReport step(ReplaySnapshot snapshot, double learningRateFactor) {
        long start = System.nanoTime();
        Prepared next = prepare(snapshot, learningRateFactor);
        long prepared = System.nanoTime();
        StepReport report = graph.step(next.batch, next.inputs);
        if (!Double.isFinite(report.batchLoss()) || !Double.isFinite(report.gradientNorm())) {
            throw new IllegalStateException("training diverged at step " + (steps + 1) + ": loss " + report.batchLoss()
                    + ", gradient norm " + report.gradientNorm() + "; lower the learning rates ("
                    + settings.learningRate()
                    + ", proxies " + settings.proxyLearningRate() + ")"
                    + (settings.precision() == Precision.MIXED ? " or compute in float32 (--precision)" : "")
                    + " and start again from the last checkpoint");
        }
        steps++;
        return report.withTimes((prepared - start) / 1e6, (System.nanoTime() - start) / 1e6, next.batch.size());
    }

    private record Prepared(Batch batch, StepInputs inputs) {}

    private Prepared prepare(ReplaySnapshot snapshot, double learningRateFactor) {
        List<String> present = snapshot.classesWith(2);
        if (present.size() < 2) {
            throw new IllegalArgumentException("training needs at least 2 classes with 2 images each; there are "
                    + present.size() + " such classes so far");
        }
        updateClasses(snapshot, sampler.classes(present));
        List<String> names = List.copyOf(classes.asMap().keySet());
        SplittableRandom random = new SplittableRandom(settings.seed() + STEP_STRIDE * (steps + 1));
        Batch batch = sampler.sample(snapshot, names, classes, random);
        MetricLoss.Expansion expansion =
                settings.loss().expansion(batch.size(), (double) steps, net.dimensions(), random);
        return new Prepared(
                batch,
                new StepInputs(
                        classes.weights(graph.capacity()),
                        expansion,
                        references(batch),
                        settings.learningRate() * learningRateFactor,
                        settings.proxyLearningRate() * learningRateFactor,
                        steps + 1,
                        settings.learningRate() * settings.fineTuning().learningRateShare() * learningRateFactor,
                        settings.fineTuning().backboneSteps(steps + 1)));
    }

    /** The network's weights as they are served. */
    public Map<String, HostTensor> weights() {
        return graph.readNetwork();
    }

    /** Everything needed to go on from here. */
    public Checkpoint checkpoint(Checkpoint.Cursor cursor) {
        return new Checkpoint(describe(net, settings), steps, classes.asMap(), cursor, graph.read());
    }

    @Override
    public void close() {
        graph.close();
    }

    private float[][] references(Batch batch) {
        if (settings.tie() == 0 || reference == null) {
            return new float[0][];
        }
        int bytes = net.preprocessing().bytes();
        List<byte[]> images = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            images.add(Arrays.copyOfRange(batch.pixels(), i * bytes, (i + 1) * bytes));
        }
        return reference.embed(images);
    }

    /**
     * New classes get proxies, classes that are gone lose theirs; the others are untouched.
     * Of many that join a running training at once some wait for the next steps, so that it does not pause for them.
     */
    private void updateClasses(ReplaySnapshot snapshot, List<String> names) {
        classes.retain(names);
        List<String> added = classes.add(names, classes.size() == 0 ? names.size() : MOST_JOINING);
        int perClass = settings.loss().proxiesPerClass();
        if (added.isEmpty()) {
            return;
        }
        if (classes.height() > graph.capacity()) {
            grow(classes.height());
        }
        if (perClass == 0) {
            return;
        }
        Map<String, float[][]> starts = proxyStarts.of(snapshot, added, classes.size(), steps);
        Map<String, HostTensor> state = graph.read(tables());
        starts.forEach((name, proxies) -> {
            for (int k = 0; k < perClass; k++) {
                int row = classes.row(name) * perClass + k;
                float[] zero = new float[net.dimensions()];
                float[] start = proxies[k];
                state.forEach(
                        (table, values) -> setRow(values, row, table.equals(TrainingGraph.PROXIES) ? start : zero));
            }
        });
        graph.write(state);
    }

    /** The proxies and, where they are trained, their moments. */
    private List<String> tables() {
        List<String> tables = new ArrayList<>(List.of(TrainingGraph.PROXIES));
        tables.addAll(AdamW.slotNames(TrainingGraph.PROXIES));
        tables.retainAll(graph.names());
        return tables;
    }

    private void grow(int height) {
        int capacity = Math.max(height, 2 * graph.capacity());
        int perClass = Math.max(1, settings.loss().proxiesPerClass());
        Map<String, HostTensor> enlarged = graph.read(tables());
        enlarged.replaceAll((name, old) -> new HostTensor(
                new long[] {(long) capacity * perClass, net.dimensions()},
                Arrays.copyOf(old.values(), capacity * perClass * net.dimensions())));
        graph.write(enlarged);
    }

    private static void setRow(HostTensor table, int row, float[] values) {
        System.arraycopy(values, 0, table.values(), row * values.length, values.length);
    }
}
