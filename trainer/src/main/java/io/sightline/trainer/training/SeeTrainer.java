package io.sightline.trainer.training;

import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import io.sightline.trainer.see.RandomFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Trains one network for as long as there is a stream. All randomness of a step follows from the seed and the number
 * of the step, so that a trainer restored from a checkpoint goes on as if it had never stopped. Not thread-safe.
 */
public final class SeeTrainer implements AutoCloseable {

    private static final int SMALLEST_TABLE = 256;
    private static final int MEAN_BATCH = 128;
    /** Mixed into seed and step, so that neighbouring steps have unrelated randomness (the golden ratio's bits). */
    private static final long STEP_STRIDE = 0x9E3779B97F4A7C15L;

    private final ConvNet net;
    private final TrainingSettings settings;
    private final BatchSampler sampler;
    private final ClassTable classes;
    private TrainingGraph graph;
    private long steps;

    private SeeTrainer(ConvNet net, TrainingSettings settings, ClassTable classes, TrainingGraph graph, long steps) {
        settings.see().requireFits(net.dimensions());
        this.net = net;
        this.settings = settings;
        this.sampler = new BatchSampler(net.preprocessing(), settings);
        this.classes = classes;
        this.graph = graph;
        this.steps = steps;
    }

    /** A trainer with the initial network. */
    public static SeeTrainer create(ConvNet net, TrainingSettings settings) {
        return new SeeTrainer(
                net, settings, new ClassTable(Map.of()), new TrainingGraph(net, settings, SMALLEST_TABLE), 0);
    }

    /**
     * A trainer that goes on from a checkpoint.
     *
     * @throws CheckpointException if the checkpoint is of another network
     */
    public static SeeTrainer restore(ConvNet net, TrainingSettings settings, Checkpoint checkpoint) {
        HostTensor proxies = checkpoint.tensors().get(TrainingGraph.PROXIES);
        if (proxies == null || !checkpoint.network().equals(net.describe())) {
            throw new CheckpointException("the checkpoint is of '" + checkpoint.network() + "', not of '"
                    + net.describe() + "': start with the same network settings, or in another folder");
        }
        TrainingGraph graph = new TrainingGraph(net, settings, (int) proxies.shape()[0]);
        graph.write(checkpoint.tensors());
        return new SeeTrainer(net, settings, new ClassTable(checkpoint.classRows()), graph, checkpoint.steps());
    }

    /** The network that is trained. */
    public ConvNet net() {
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
        List<String> present = snapshot.classesWith(2);
        if (present.size() < 2) {
            throw new IllegalArgumentException("training needs at least 2 classes with 2 images each; there are "
                    + present.size() + " such classes so far");
        }
        updateClasses(snapshot, present);
        SplittableRandom random = new SplittableRandom(settings.seed() + STEP_STRIDE * (steps + 1));
        Batch batch = sampler.sample(snapshot, present, classes, random);
        double[][] frame = RandomFrame.draw(settings.see().expansions() + 1, net.dimensions(), random);
        StepReport report = graph.step(
                batch,
                new TrainingGraph.StepInputs(
                        classes.weights(graph.capacity()),
                        settings.see().schedule().count(batch.size(), (double) steps),
                        frame,
                        settings.learningRate() * learningRateFactor,
                        settings.proxyLearningRate() * learningRateFactor,
                        steps + 1));
        steps++;
        return report;
    }

    /** The network's weights as they are served. */
    public Map<String, HostTensor> weights() {
        return graph.readNetwork();
    }

    /** Everything needed to go on from here. */
    public Checkpoint checkpoint() {
        return new Checkpoint(net.describe(), steps, classes.asMap(), graph.read());
    }

    @Override
    public void close() {
        graph.close();
    }

    /** New classes get a proxy at their mean embedding, classes that are gone lose theirs; the others are untouched. */
    private void updateClasses(ReplaySnapshot snapshot, List<String> present) {
        classes.retain(present);
        List<String> added = classes.add(present);
        if (added.isEmpty()) {
            return;
        }
        if (classes.height() > graph.capacity()) {
            grow(classes.height());
        }
        Map<String, float[]> means = means(snapshot, added);
        List<String> touched = new ArrayList<>(List.of(TrainingGraph.PROXIES));
        touched.addAll(AdamW.slotNames(TrainingGraph.PROXIES));
        Map<String, HostTensor> state = graph.read(touched);
        means.forEach((label, mean) -> {
            int row = classes.row(label);
            float[] zero = new float[mean.length];
            state.forEach((name, table) -> setRow(table, row, name.equals(TrainingGraph.PROXIES) ? mean : zero));
        });
        graph.write(state);
    }

    private void grow(int height) {
        int capacity = Math.max(height, 2 * graph.capacity());
        Map<String, HostTensor> state = graph.read();
        graph.close();
        graph = new TrainingGraph(net, settings, capacity);
        Map<String, HostTensor> enlarged = new LinkedHashMap<>(state);
        List<String> tables = new ArrayList<>(List.of(TrainingGraph.PROXIES));
        tables.addAll(AdamW.slotNames(TrainingGraph.PROXIES));
        for (String table : tables) {
            enlarged.computeIfPresent(
                    table,
                    (name, old) -> new HostTensor(
                            new long[] {capacity, net.dimensions()},
                            Arrays.copyOf(old.values(), capacity * net.dimensions())));
        }
        graph.write(enlarged);
    }

    private static void setRow(HostTensor table, int row, float[] values) {
        System.arraycopy(values, 0, table.values(), row * values.length, values.length);
    }

    /** Mean embeddings of classes, in batches that mix the classes as training batches do. */
    private Map<String, float[]> means(ReplaySnapshot snapshot, List<String> labels) {
        List<ReplayItem> items = new ArrayList<>();
        for (int i = 0; i < settings.imagesPerClass(); i++) {
            for (String label : labels) {
                List<ReplayItem> all = snapshot.training().getOrDefault(label, List.of());
                items.add(all.get(i % all.size()));
            }
        }
        fillUp(items, snapshot);
        Map<String, float[]> sums = new HashMap<>();
        int bytes = net.preprocessing().bytes();
        for (int from = 0; from < items.size(); from += MEAN_BATCH) {
            List<ReplayItem> part = items.subList(from, Math.min(items.size(), from + MEAN_BATCH));
            byte[] pixels = new byte[part.size() * bytes];
            for (int i = 0; i < part.size(); i++) {
                System.arraycopy(part.get(i).pixels(), 0, pixels, i * bytes, bytes);
            }
            float[][] vectors = graph.embed(pixels);
            for (int i = 0; i < part.size(); i++) {
                if (labels.contains(part.get(i).label())) {
                    add(sums.computeIfAbsent(part.get(i).label(), label -> new float[net.dimensions()]), vectors[i]);
                }
            }
        }
        return sums;
    }

    /** A batch of a few new classes alone would have statistics like no batch in training. */
    private static void fillUp(List<ReplayItem> items, ReplaySnapshot snapshot) {
        for (List<ReplayItem> others : snapshot.training().values()) {
            if (items.size() >= MEAN_BATCH) {
                return;
            }
            items.add(others.getFirst());
        }
    }

    private static void add(float[] sum, float[] vector) {
        for (int k = 0; k < sum.length; k++) {
            sum[k] += vector[k];
        }
    }
}
