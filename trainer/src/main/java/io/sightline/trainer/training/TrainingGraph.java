package io.sightline.trainer.training;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Initial;
import io.sightline.trainer.see.SeeLoss;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/**
 * The network, the proxy table, the loss and the optimiser in one TensorFlow graph. All state can be read and
 * written by name, so that a checkpoint, or a graph with a larger proxy table, goes on exactly where this one was.
 * Not thread-safe.
 */
final class TrainingGraph implements AutoCloseable {

    static final String PROXIES = "proxies";

    private final Graph graph = new Graph();
    private final Session session;
    private final Map<String, Variable<TFloat32>> variables = new LinkedHashMap<>();
    private final Map<String, Placeholder<TFloat32>> feeds = new LinkedHashMap<>();
    private final Map<String, Op> assignments = new LinkedHashMap<>();
    private final List<String> networkNames;
    private final ConvNet net;
    private final int capacity;

    private final Placeholder<TUint8> images;
    private final Placeholder<TInt32> rows;
    private final Placeholder<TFloat32> classWeights;
    private final Placeholder<TInt32> selected;
    private final Placeholder<TFloat32> frame;
    private final Placeholder<TFloat32> learningRate;
    private final Placeholder<TFloat32> proxyLearningRate;
    private final AdamW optimiser;
    private final Operand<TFloat32> embeddings;
    private final SeeLoss.Outputs<TFloat32> loss;
    private final Op step;

    /** Builds the graph with a proxy table of the given number of rows and draws the first weights. */
    TrainingGraph(ConvNet net, TrainingSettings settings, int capacity) {
        NativeTensorFlow.load();
        this.net = net;
        this.capacity = capacity;
        Ops tf = Ops.create(graph);
        images = tf.placeholder(TUint8.class, Placeholder.shape(net.inputShape()));
        rows = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        classWeights = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(capacity)));
        selected = tf.placeholder(TInt32.class, Placeholder.shape(Shape.scalar()));
        frame = tf.placeholder(
                TFloat32.class, Placeholder.shape(Shape.of(settings.see().expansions() + 1L, net.dimensions())));
        learningRate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
        proxyLearningRate = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));

        VariableWeights network = new VariableWeights(new SplittableRandom(settings.seed()));
        embeddings = net.build(tf, images, network);
        VariableWeights table = new VariableWeights(new SplittableRandom(settings.seed() + 1));
        Operand<TFloat32> proxies =
                table.trained(tf, PROXIES, Shape.of(capacity, net.dimensions()), new Initial.Constant(0), false);
        loss = SeeLoss.of(
                tf,
                TFloat32.class,
                settings.see(),
                new SeeLoss.Inputs<>(embeddings, rows, proxies, classWeights, selected, frame));
        optimiser = new AdamW(tf);
        Op update = optimiser.minimise(
                graph,
                tf,
                loss.total(),
                List.of(
                        new AdamW.Group(network.trained(), learningRate, (float) settings.weightDecay()),
                        new AdamW.Group(table.trained(), proxyLearningRate, 0)));
        List<Op> all = new ArrayList<>(network.observations());
        all.add(update);
        step = tf.withControlDependencies(all).noOp();

        variables.putAll(network.variables());
        networkNames = List.copyOf(variables.keySet());
        variables.putAll(table.variables());
        variables.putAll(optimiser.slots());
        variables.forEach((name, variable) -> addAssignment(tf, name, variable));
        session = new Session(graph);
        Map<String, HostTensor> first = new LinkedHashMap<>(network.initial());
        first.putAll(table.initial());
        optimiser
                .slots()
                .forEach((name, slot) ->
                        first.put(name, HostTensor.zeros(slot.asOutput().shape())));
        write(first);
    }

    /** Rows of the proxy table. */
    int capacity() {
        return capacity;
    }

    /** What a step needs beside the batch. */
    record StepInputs(
            float[] classWeights,
            int selected,
            double[][] frame,
            double learningRate,
            double proxyLearningRate,
            long adamStep) {}

    /** Makes one optimiser step. */
    StepReport step(Batch batch, StepInputs inputs) {
        float[] flatFrame = new float[inputs.frame.length * net.dimensions()];
        for (int i = 0; i < flatFrame.length; i++) {
            flatFrame[i] = (float) inputs.frame[i / net.dimensions()][i % net.dimensions()];
        }
        try (TUint8 pixels = images(batch.pixels());
                TInt32 labels = TInt32.vectorOf(batch.rows());
                TFloat32 weights = TFloat32.vectorOf(inputs.classWeights);
                TInt32 count = TInt32.scalarOf(inputs.selected);
                TFloat32 frames =
                        TFloat32.tensorOf(Shape.of(inputs.frame.length, net.dimensions()), DataBuffers.of(flatFrame));
                TFloat32 rate = TFloat32.scalarOf((float) inputs.learningRate);
                TFloat32 proxyRate = TFloat32.scalarOf((float) inputs.proxyLearningRate);
                TFloat32 beta1 = TFloat32.scalarOf((float) Math.pow(AdamW.BETA1, (double) inputs.adamStep));
                TFloat32 beta2 = TFloat32.scalarOf((float) Math.pow(AdamW.BETA2, (double) inputs.adamStep));
                Result result = session.runner()
                        .feed(images, pixels)
                        .feed(rows, labels)
                        .feed(classWeights, weights)
                        .feed(selected, count)
                        .feed(frame, frames)
                        .feed(learningRate, rate)
                        .feed(proxyLearningRate, proxyRate)
                        .feed(optimiser.beta1Power(), beta1)
                        .feed(optimiser.beta2Power(), beta2)
                        .addTarget(step)
                        .fetch(loss.batch())
                        .fetch(loss.synthetic())
                        .fetch(loss.ownCosine())
                        .run()) {
            return new StepReport(scalar(result.get(0)), scalar(result.get(1)), scalar(result.get(2)));
        }
    }

    /** Embeds images under the statistics of their own batch, [N, d], unit rows; nothing is changed. */
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

    /** All state by name: network, proxies, moments. */
    Map<String, HostTensor> read() {
        return read(List.copyOf(variables.keySet()));
    }

    /** The network alone, as it is served. */
    Map<String, HostTensor> readNetwork() {
        return read(networkNames);
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

    /** Overwrites named state. */
    void write(Map<String, HostTensor> values) {
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
        assignments.put(name, tf.assign(variable, feed));
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
