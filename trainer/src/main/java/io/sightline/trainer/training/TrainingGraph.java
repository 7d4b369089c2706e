package io.sightline.trainer.training;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.HostTensor;
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
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The network, the proxy table, the loss and the optimiser in one TensorFlow graph. All state can be read and
 * written by name, so that a checkpoint goes on exactly where this one was. The proxy table may be written with another
 * height: the graph does not fix it, so that it grows without being built anew. Not thread-safe.
 */
final class TrainingGraph implements AutoCloseable {

    static final String PROXIES = "proxies";

    private final Graph graph = new Graph();
    private final Session session;
    private final Map<String, Variable<TFloat32>> variables = new LinkedHashMap<>();
    private final Map<String, Placeholder<TFloat32>> feeds = new LinkedHashMap<>();
    private final Map<String, Op> assignments = new LinkedHashMap<>();
    private final List<String> networkNames;
    private final EmbeddingNet net;
    private final TrainingSettings settings;
    private int capacity;

    private final Placeholder<TUint8> images;
    private final Placeholder<TInt32> labels;
    private final Placeholder<TFloat32> classWeights;
    private final Placeholder<TInt32> count;
    private final Placeholder<TFloat32> threshold;
    private final Placeholder<TFloat32> throughEmbedding;
    private final Placeholder<TFloat32> frame;
    private final Placeholder<TFloat32> reference;
    private final Placeholder<TFloat32> tie;
    private final Placeholder<TFloat32> learningRate;
    private final Placeholder<TFloat32> proxyLearningRate;
    private final Placeholder<TFloat32> backboneLearningRate;
    private final AdamW.Powers powers;
    private final AdamW.Powers backbonePowers;
    private final AdamW optimiser;
    private final Operand<TFloat32> embeddings;
    private final MetricLoss.Outputs<TFloat32> loss;
    private final Operand<TFloat32> distance;
    private final WeightAverage average;
    private final Placeholder<TFloat32> averageShare;
    private final Step step;
    /** Of the head and the proxies alone; the same as the other without a backbone. */
    private final Step headStep;

    /** What makes a step, and the norm of its gradients. */
    private record Step(Op op, Operand<TFloat32> gradientNorm) {}

    /**
     * Builds the graph and draws the first weights.
     *
     * @param capacity classes that the proxy table has room for
     * @param threads threads of one operation, 0 for all cores
     */
    TrainingGraph(EmbeddingNet net, TrainingSettings settings, int capacity, int threads) {
        NativeTensorFlow.load();
        this.net = net;
        this.settings = settings;
        this.capacity = capacity;
        Ops tf = Ops.create(graph);
        images = tf.placeholder(TUint8.class, Placeholder.shape(net.inputShape()));
        labels = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        classWeights = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(Shape.UNKNOWN_SIZE)));
        count = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        threshold = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        throughEmbedding = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        frame = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, net.dimensions())));
        reference = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, net.dimensions())));
        tie = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        learningRate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        proxyLearningRate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));

        backboneLearningRate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        powers = AdamW.Powers.create(tf);
        backbonePowers = AdamW.Powers.create(tf);

        VariableWeights network = new VariableWeights(
                new SplittableRandom(settings.seed()),
                net.pretrained(),
                settings.fineTuning().usesBatchStatistics());
        embeddings = net.build(tf, images, network);
        VariableWeights table = new VariableWeights(new SplittableRandom(settings.seed() + 1));
        Operand<TFloat32> proxies = table.trainedTable(
                tf, PROXIES, (long) capacity * Math.max(1, settings.loss().proxiesPerClass()), net.dimensions());
        loss = settings.loss()
                .build(
                        tf,
                        TFloat32.class,
                        new MetricLoss.Inputs<>(
                                embeddings,
                                labels,
                                proxies,
                                classWeights,
                                new MetricLoss.ExpansionInputs<>(count, threshold, throughEmbedding, frame)));
        distance = tf.math.mean(
                tf.math.sub(
                        tf.constant(1f), tf.reduceSum(tf.math.mul(embeddings, reference), tf.constant(new int[] {-1}))),
                tf.constant(0));
        optimiser = new AdamW();
        float decay = (float) settings.weightDecay();
        List<AdamW.Group> headGroups = new ArrayList<>();
        headGroups.add(new AdamW.Group(weights(network, false), learningRate, decay, powers));
        if (settings.loss().proxiesPerClass() > 0) {
            headGroups.add(new AdamW.Group(table.trained(), proxyLearningRate, 0, powers));
        }
        List<AdamW.Group> groups = new ArrayList<>(headGroups);
        Map<String, VariableWeights.Trained> backbone = weights(network, true);
        if (!backbone.isEmpty() && !settings.fineTuning().isFrozen()) {
            groups.add(new AdamW.Group(backbone, backboneLearningRate, decay, backbonePowers));
        }
        Operand<TFloat32> total =
                settings.tie() == 0 ? loss.total() : tf.math.add(loss.total(), tf.math.mul(tie, distance));
        AdamW.Step update = optimiser.minimise(graph, tf, total, groups);
        boolean headFirst =
                groups.size() > headGroups.size() && settings.fineTuning().headSteps() > 0;
        AdamW.Step headUpdate = headFirst ? optimiser.minimise(graph, tf, total, headGroups) : update;

        variables.putAll(network.variables());
        networkNames = List.copyOf(variables.keySet());
        variables.putAll(table.variables());
        variables.putAll(optimiser.slots());
        average = new WeightAverage(settings.averaging());
        averageShare = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        step = step(tf, update, network);
        headStep = headFirst ? step(tf, headUpdate, network) : step;
        variables.putAll(average.slots());
        variables.forEach((name, variable) -> addAssignment(tf, name, variable));
        session = new Session(graph, Threads.of(threads));
        Map<String, HostTensor> first = new LinkedHashMap<>(network.initial());
        first.putAll(table.initial());
        for (String weight : List.copyOf(first.keySet())) {
            HostTensor start = first.get(weight);
            for (String slot : AdamW.slotNames(weight)) {
                if (start != null && optimiser.slots().containsKey(slot)) {
                    first.put(slot, HostTensor.zeros(Shape.of(start.shape())));
                }
            }
        }
        average.slots()
                .keySet()
                .forEach(name -> first.put(name, network.initial().get(WeightAverage.weight(name))));
        write(first);
    }

    /** The weights of the backbone, or all others. */
    private Map<String, VariableWeights.Trained> weights(VariableWeights network, boolean ofBackbone) {
        Map<String, VariableWeights.Trained> some = new LinkedHashMap<>(network.trained());
        some.keySet().removeIf(name -> net.isBackbone(name) != ofBackbone);
        return some;
    }

    private Step step(Ops tf, AdamW.Step update, VariableWeights network) {
        List<Op> all = new ArrayList<>(network.observations());
        all.add(update.op());
        return new Step(average.after(tf, averageShare, all, network.variables()), update.gradientNorm());
    }

    /** Classes that the proxy table has room for. */
    int capacity() {
        return capacity;
    }

    /**
     * What a step needs beside the batch.
     *
     * @param classWeights [capacity], 1 for classes in use
     * @param reference [N, d], unit rows to stay close to; empty without a tie
     * @param adamStep 1 for the first step
     * @param backboneStep the same of the backbone, 0 while the others learn alone
     */
    record StepInputs(
            float[] classWeights,
            MetricLoss.Expansion expansion,
            float[][] reference,
            double learningRate,
            double proxyLearningRate,
            long adamStep,
            double backboneLearningRate,
            long backboneStep) {}

    /** Makes one optimiser step. */
    StepReport step(Batch batch, StepInputs inputs) {
        List<Tensor> fed = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            feed(runner, fed, images, images(batch.pixels()));
            feed(runner, fed, labels, TInt32.vectorOf(batch.rows()));
            feed(runner, fed, classWeights, TFloat32.vectorOf(inputs.classWeights));
            feed(runner, fed, count, TInt32.scalarOf(inputs.expansion.count()));
            feed(runner, fed, threshold, TFloat32.scalarOf((float) inputs.expansion.threshold()));
            feed(runner, fed, throughEmbedding, TFloat32.scalarOf((float) inputs.expansion.throughEmbedding()));
            feed(runner, fed, frame, matrix(inputs.expansion.frame()));
            feed(runner, fed, learningRate, TFloat32.scalarOf((float) inputs.learningRate));
            feed(runner, fed, proxyLearningRate, TFloat32.scalarOf((float) inputs.proxyLearningRate));
            feed(runner, fed, backboneLearningRate, TFloat32.scalarOf((float) inputs.backboneLearningRate));
            feed(runner, fed, powers, inputs.adamStep);
            feed(runner, fed, backbonePowers, inputs.backboneStep);
            Step taken = inputs.backboneStep == 0 ? headStep : step;
            runner.addTarget(taken.op)
                    .fetch(loss.batch())
                    .fetch(loss.synthetic())
                    .fetch(loss.ownCosine())
                    .fetch(taken.gradientNorm);
            if (settings.averaging() > 0) {
                feed(runner, fed, averageShare, TFloat32.scalarOf((float) average.share(inputs.adamStep)));
            }
            boolean tied = settings.tie() > 0 && inputs.reference.length > 0;
            if (settings.tie() > 0) {
                feed(runner, fed, reference, matrix(inputs.reference));
                feed(runner, fed, tie, TFloat32.scalarOf(tied ? (float) settings.tie() : 0f));
            }
            if (tied) {
                runner.fetch(distance);
            }
            try (Result result = runner.run()) {
                return new StepReport(
                        scalar(result.get(0)),
                        scalar(result.get(1)),
                        scalar(result.get(2)),
                        scalar(result.get(3)),
                        inputs.expansion.count() / (double) batch.size(),
                        tied ? scalar(result.get(4)) : Double.NaN,
                        0,
                        0,
                        batch.size());
            }
        } finally {
            fed.forEach(Tensor::close);
        }
    }

    private static void feed(Session.Runner runner, List<Tensor> fed, Operand<?> placeholder, Tensor value) {
        fed.add(value);
        runner.feed(placeholder, value);
    }

    private static void feed(Session.Runner runner, List<Tensor> fed, AdamW.Powers powers, long step) {
        feed(runner, fed, powers.first(), TFloat32.scalarOf((float) Math.pow(AdamW.BETA1, (double) step)));
        feed(runner, fed, powers.second(), TFloat32.scalarOf((float) Math.pow(AdamW.BETA2, (double) step)));
    }

    /** A matrix of at least one row: an empty one, which nothing reads, becomes a row of zeros. */
    private TFloat32 matrix(double[][] rows) {
        float[][] floats = new float[rows.length][net.dimensions()];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < rows[i].length; k++) {
                floats[i][k] = (float) rows[i][k];
            }
        }
        return matrix(floats);
    }

    private TFloat32 matrix(float[][] rows) {
        int d = net.dimensions();
        float[] flat = new float[Math.max(1, rows.length) * d];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * d, d);
        }
        return TFloat32.tensorOf(Shape.of(Math.max(1, rows.length), d), DataBuffers.of(flat));
    }

    /** Embeds images as a training step does, perhaps under the statistics of their own batch, [N, d], unit rows; nothing is changed. */
    float[][] embed(byte[] pixels) {
        try (TUint8 input = images(pixels);
                Result result =
                        session.runner().feed(images, input).fetch(embeddings).run()) {
            float[] flat = HostTensor.copyOf(result.get(0)).values();
            int d = net.dimensions();
            float[][] vectors = new float[flat.length / d][d];
            for (int i = 0; i < vectors.length; i++) {
                System.arraycopy(flat, i * d, vectors[i], 0, d);
            }
            return vectors;
        }
    }

    /** Names of all state. */
    Set<String> names() {
        return variables.keySet();
    }

    /** All state by name: network, proxies, moments. */
    Map<String, HostTensor> read() {
        return read(List.copyOf(variables.keySet()));
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
        Session.Runner runner = session.runner();
        names.forEach(name -> runner.fetch(variable(name)));
        Map<String, HostTensor> values = new LinkedHashMap<>();
        try (Result result = runner.run()) {
            for (int i = 0; i < names.size(); i++) {
                values.put(names.get(i), HostTensor.copyOf(result.get(i)));
            }
        }
        return values;
    }

    /** Overwrites named state; the proxy table and its moments, together, may have another height than before. */
    void write(Map<String, HostTensor> values) {
        HostTensor proxies = values.get(PROXIES);
        if (proxies != null) {
            requireSameHeight(proxies, values);
            capacity = (int) proxies.shape()[0] / Math.max(1, settings.loss().proxiesPerClass());
        }
        Session.Runner runner = session.runner();
        List<Tensor> fed = new ArrayList<>();
        try {
            values.forEach((name, value) -> {
                TFloat32 tensor = value.toTensor();
                fed.add(tensor);
                variable(name);
                runner.feed(feeds.get(name), tensor).addTarget(assignments.get(name));
            });
            runner.run().close();
        } finally {
            fed.forEach(Tensor::close);
        }
    }

    /** The graph does not know how high the tables are. */
    private void requireSameHeight(HostTensor proxies, Map<String, HostTensor> values) {
        for (String slot : AdamW.slotNames(PROXIES)) {
            HostTensor moments = values.get(slot);
            boolean missing = moments == null && variables.containsKey(slot);
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

    private Variable<TFloat32> variable(String name) {
        Variable<TFloat32> variable = variables.get(name);
        if (variable == null) {
            throw new IllegalArgumentException("there is no variable " + name + "; there are " + variables.keySet());
        }
        return variable;
    }

    private void addAssignment(Ops tf, String name, Variable<TFloat32> variable) {
        Placeholder<TFloat32> feed = tf.placeholder(
                TFloat32.class, Placeholder.shape(variable.asOutput().shape()));
        feeds.put(name, feed);
        // A table takes the shape of what is written.
        assignments.put(name, tf.assign(variable, feed, Assign.validateShape(false)));
    }

    private TUint8 images(byte[] pixels) {
        int count = pixels.length / net.preprocessing().bytes();
        Shape shape = Shape.of(
                count,
                net.preprocessing().size(),
                net.preprocessing().size(),
                net.preprocessing().channels());
        return TUint8.tensorOf(shape, DataBuffers.of(pixels));
    }

    private static double scalar(Tensor tensor) {
        return ((TFloat32) tensor).getFloat();
    }
}
