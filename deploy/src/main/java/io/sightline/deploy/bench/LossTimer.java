package io.sightline.deploy.bench;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.losses.MetricLoss;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A loss and its gradients on a random batch, without a network. Not thread-safe. */
final class LossTimer implements AutoCloseable {

    private static final int CLASSES = 136;

    private final Graph graph = NativeTensorFlow.graph();
    private final Session session;
    private final Operand<TFloat32> work;

    /** Builds the graph; the batch lies in variables, so that nothing is computed beforehand. */
    LossTimer(MetricLoss loss, int samples, int d, int threads) {
        Ops tf = Ops.create(graph);
        SplittableRandom random = new SplittableRandom(1);
        Variable<TFloat32> embeddings = tf.variable(Shape.of(samples, d), TFloat32.class);
        Variable<TFloat32> proxies = tf.variable(Shape.of(CLASSES, d), TFloat32.class);
        MetricLoss.Expansion expansion = loss.expansion(samples, 1, d, random);
        double[][] rows = expansion.frame().length == 0 ? new double[1][d] : expansion.frame();
        Variable<TFloat32> frames = tf.variable(Shape.of(rows.length, d), TFloat32.class);
        Operand<TFloat32> x = tf.identity(embeddings);
        Operand<TFloat32> table = tf.identity(proxies);
        int[] labels = new int[samples];
        Arrays.setAll(labels, i -> i / 4 % CLASSES);
        float[] inUse = new float[CLASSES];
        Arrays.fill(inUse, 1);
        MetricLoss.Outputs<TFloat32> outputs = loss.build(
                tf,
                TFloat32.class,
                new MetricLoss.Inputs<>(
                        x,
                        tf.constant(labels),
                        table,
                        tf.constant(inUse),
                        new MetricLoss.ExpansionInputs<>(
                                tf.constant(expansion.count()),
                                tf.constant((float) expansion.threshold()),
                                tf.constant((float) expansion.throughEmbedding()),
                                tf.identity(frames))));
        Output<?>[] gradients =
                graph.addGradients(outputs.total().asOutput(), new Output<?>[] {x.asOutput(), table.asOutput()});
        work = tf.math.add(outputs.total(), tf.math.add(sum(tf, gradients[0]), sum(tf, gradients[1])));
        session = new Session(
                graph,
                ConfigProto.newBuilder()
                        .setIntraOpParallelismThreads(threads)
                        .setInterOpParallelismThreads(threads)
                        .build());
        session.runner()
                .addTarget(tf.assign(embeddings, matrix(tf, gaussian(random, samples, d))))
                .addTarget(tf.assign(proxies, matrix(tf, gaussian(random, CLASSES, d))))
                .addTarget(tf.assign(frames, matrix(tf, rows)))
                .run()
                .close();
    }

    /** Milliseconds of one forward and backward pass. */
    double run() {
        long start = System.nanoTime();
        session.runner().fetch(work).run().close();
        return (System.nanoTime() - start) / 1e6;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }

    @SuppressWarnings("unchecked") // Gradients have the type of what they are taken of.
    private static Operand<TFloat32> sum(Ops tf, Output<?> gradient) {
        Operand<TInt32> axes = tf.constant(new int[] {0, 1});
        return tf.reduceSum((Output<TFloat32>) gradient, axes);
    }

    private static Operand<TFloat32> matrix(Ops tf, double[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        }
        return tf.constant(Shape.of(rows.length, rows[0].length), DataBuffers.of(flat));
    }

    private static double[][] gaussian(SplittableRandom random, int rows, int d) {
        double[][] values = new double[rows][d];
        for (double[] row : values) {
            Arrays.setAll(row, k -> random.nextGaussian());
        }
        return values;
    }
}
