package io.sightline.trainer.training;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.training.StepFeeds.Fed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * The network, the proxy table, the loss and the optimiser in one TensorFlow graph. All state can be read and
 * written by name, so that a checkpoint goes on exactly where this one was. The proxy table may be written with another
 * height: the graph does not fix it, so that it grows without being built anew. Not thread-safe.
 */
final class TrainingGraph implements AutoCloseable {

    static final String PROXIES = "proxies";

    private final Graph graph = NativeTensorFlow.graph();
    private final Session session;
    private final NamedState state;
    private final List<String> networkNames;
    private final EmbeddingNet net;
    private final TrainingSettings settings;
    private int capacity;

    private final Placeholder<TUint8> images;
    private final StepFeeds feeds;
    private final Operand<TFloat32> embeddings;
    private final MetricLoss.Outputs<TFloat32> loss;
    private final Operand<TFloat32> distance;
    private final WeightAverage average;
    private final UpdateStep step;
    /** Of the head and the proxies alone; the same as the other without a backbone. */
    private final UpdateStep headStep;

    /**
     * Builds the graph and draws the first weights.
     *
     * @param capacity classes that the proxy table has room for
     * @param threads threads of one operation, 0 for all cores
     */
    TrainingGraph(EmbeddingNet net, TrainingSettings settings, int capacity, int threads) {
        this.net = net;
        this.settings = settings;
        this.capacity = capacity;
        Ops tf = Ops.create(graph);
        images = tf.placeholder(TUint8.class, Placeholder.shape(net.inputShape()));
        average = new WeightAverage(settings.averaging());
        feeds = new StepFeeds(tf, net.dimensions(), settings.tie(), average);
        VariableWeights network = new VariableWeights(
                new SplittableRandom(settings.seed()),
                net.pretrained(),
                settings.fineTuning().usesBatchStatistics());
        embeddings = net.build(tf, images, network);
        VariableWeights table = new VariableWeights(new SplittableRandom(settings.seed() + 1));
        Operand<TFloat32> proxies = table.trainedTable(
                tf, PROXIES, (long) capacity * Math.max(1, settings.loss().proxiesPerClass()), net.dimensions());
        loss = settings.loss().build(tf, TFloat32.class, feeds.lossInputs(embeddings, proxies));
        distance = tf.math.mean(
                tf.math.sub(
                        tf.constant(1f),
                        tf.reduceSum(tf.math.mul(embeddings, feeds.reference()), tf.constant(new int[] {-1}))),
                tf.constant(0));
        Operand<TFloat32> total =
                settings.tie() == 0 ? loss.total() : tf.math.add(loss.total(), tf.math.mul(feeds.tie(), distance));
        UpdateSteps steps =
                new UpdateSteps(graph, tf, net, settings, network, table, feeds, average, embeddings, total);
        step = steps.add(true);
        headStep = steps.headFirst() ? steps.add(false) : step;

        Map<String, Variable<TFloat32>> variables = new LinkedHashMap<>(network.variables());
        networkNames = List.copyOf(variables.keySet());
        variables.putAll(table.variables());
        variables.putAll(steps.moments());
        variables.putAll(average.slots());
        state = new NamedState(tf, variables);
        session = new Session(graph, settings.precision().session(threads));
        write(first(network, table, steps.moments().keySet()));
    }

    /** What all state starts with: what the weights do, their averages too, moments with zero. */
    private Map<String, HostTensor> first(VariableWeights network, VariableWeights table, Set<String> moments) {
        Map<String, HostTensor> first = new LinkedHashMap<>(network.initial());
        first.putAll(table.initial());
        new LinkedHashMap<>(first).forEach((weight, start) -> {
            for (String slot : AdamW.slotNames(weight)) {
                if (moments.contains(slot)) {
                    first.put(slot, HostTensor.zeros(Shape.of(start.shape())));
                }
            }
        });
        average.slots()
                .keySet()
                .forEach(name -> first.put(name, network.initial().get(WeightAverage.weight(name))));
        return first;
    }

    /** Classes that the proxy table has room for. */
    int capacity() {
        return capacity;
    }

    /** Makes one optimiser step. */
    StepReport step(Batch batch, StepInputs inputs) {
        UpdateStep taken = inputs.backboneStep() == 0 ? headStep : step;
        List<Fed> fed = feeds.of(batch.rows(), inputs);
        try {
            GradientCache.Parts parts = taken.parts();
            if (parts == null) {
                fed.add(new Fed(images, images(batch.pixels())));
            } else {
                fed.add(new Fed(embeddings, matrix(embed(batch.pixels()))));
                addUp(parts, batch.pixels(), fed);
            }
            return update(taken, fed, inputs, batch.size());
        } finally {
            fed.forEach(Fed::close);
        }
    }

    /** The gradients of the network, part by part. */
    private void addUp(GradientCache.Parts parts, byte[] pixels, List<Fed> fed) {
        Session.Runner runner = session.runner();
        fed.forEach(one -> one.into(runner));
        float[] gradient;
        try (Result result = runner.fetch(parts.ofLoss()).run()) {
            gradient = HostTensor.copyOf(result.get(0)).values();
        }
        int from = 0;
        for (byte[] part : parts(pixels)) {
            int to = from + part.length / net.preprocessing().bytes() * net.dimensions();
            try (TUint8 input = images(part);
                    TFloat32 some = matrix(Arrays.copyOfRange(gradient, from, to))) {
                session.runner()
                        .feed(images, input)
                        .feed(parts.ofPart(), some)
                        .addTarget(from == 0 ? parts.first() : parts.next())
                        .run()
                        .close();
            }
            from = to;
        }
    }

    private StepReport update(UpdateStep taken, List<Fed> fed, StepInputs inputs, int size) {
        Session.Runner runner = session.runner();
        fed.forEach(one -> one.into(runner));
        runner.addTarget(taken.op())
                .fetch(loss.batch())
                .fetch(loss.synthetic())
                .fetch(loss.ownCosine())
                .fetch(taken.gradientNorm());
        boolean tied = feeds.isTied(inputs);
        if (tied) {
            runner.fetch(distance);
        }
        try (Result result = runner.run()) {
            return new StepReport(
                    scalar(result, 0),
                    scalar(result, 1),
                    scalar(result, 2),
                    scalar(result, 3),
                    inputs.expansion().count() / (double) size,
                    tied ? scalar(result, 4) : Double.NaN,
                    0,
                    0,
                    size);
        }
    }

    /**
     * Embeds images as a training step does, perhaps under the statistics of their own batch; nothing is changed.
     *
     * @return N rows of d, unit rows, one after the other
     */
    float[] embed(byte[] pixels) {
        float[] vectors = new float[pixels.length / net.preprocessing().bytes() * net.dimensions()];
        int next = 0;
        for (byte[] part : parts(pixels)) {
            try (TUint8 input = images(part);
                    Result result = session.runner()
                            .feed(images, input)
                            .fetch(embeddings)
                            .run()) {
                float[] some = HostTensor.copyOf(result.get(0)).values();
                System.arraycopy(some, 0, vectors, next, some.length);
                next += some.length;
            }
        }
        return vectors;
    }

    /** A batch as the device takes it: at once, or in parts. */
    private List<byte[]> parts(byte[] pixels) {
        if (!settings.isInParts()) {
            return List.of(pixels);
        }
        int length = settings.microBatch() * net.preprocessing().bytes();
        List<byte[]> parts = new ArrayList<>();
        for (int from = 0; from < pixels.length; from += length) {
            parts.add(Arrays.copyOfRange(pixels, from, Math.min(pixels.length, from + length)));
        }
        return parts;
    }

    /** Names of all state. */
    Set<String> names() {
        return state.names();
    }

    /** All state by name: network, proxies, moments. */
    Map<String, HostTensor> read() {
        return read(List.copyOf(state.names()));
    }

    /** The network alone, as it is served: the average of its weights where one is kept. */
    Map<String, HostTensor> readNetwork() {
        if (settings.averaging() == 0) {
            return read(networkNames);
        }
        Map<String, HostTensor> averages =
                read(networkNames.stream().map(WeightAverage::slot).toList());
        Map<String, HostTensor> network = new LinkedHashMap<>();
        networkNames.forEach(name -> network.put(name, averages.get(WeightAverage.slot(name))));
        return network;
    }

    /** Named state. */
    Map<String, HostTensor> read(List<String> names) {
        return state.read(session, names);
    }

    /** Overwrites named state; the proxy table and its moments, together, may have another height than before. */
    void write(Map<String, HostTensor> values) {
        HostTensor proxies = values.get(PROXIES);
        if (proxies != null) {
            requireSameHeight(proxies, values);
            capacity = (int) proxies.shape()[0] / Math.max(1, settings.loss().proxiesPerClass());
        }
        state.write(session, values);
    }

    /** The graph does not know how high the tables are. */
    private void requireSameHeight(HostTensor proxies, Map<String, HostTensor> values) {
        for (String slot : AdamW.slotNames(PROXIES)) {
            HostTensor moments = values.get(slot);
            boolean missing = moments == null && state.names().contains(slot);
            if (missing || (moments != null && !Arrays.equals(moments.shape(), proxies.shape()))) {
                throw new IllegalArgumentException("the proxies are " + Arrays.toString(proxies.shape()) + ", but "
                        + slot + (moments == null ? " is missing" : " is " + Arrays.toString(moments.shape())));
            }
        }
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }

    private TUint8 images(byte[] pixels) {
        int count = pixels.length / net.preprocessing().bytes();
        long[] shape = net.inputShape().asArray();
        return TUint8.tensorOf(Shape.of(count, shape[1], shape[2], shape[3]), DataBuffers.of(pixels));
    }

    private TFloat32 matrix(float[] values) {
        return TFloat32.tensorOf(Shape.of(values.length / net.dimensions(), net.dimensions()), DataBuffers.of(values));
    }

    private static double scalar(Result result, int i) {
        return ((TFloat32) result.get(i)).getFloat();
    }
}
