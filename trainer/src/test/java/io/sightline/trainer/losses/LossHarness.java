package io.sightline.trainer.losses;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** A loss in a graph of its own, in float32 or float64, for any batches; what is fed and fetched is float64. */
final class LossHarness<T extends TFloating> implements AutoCloseable {

    private static final double STEP = 1e-6;

    /** A batch and a proxy table; rows are raw. */
    record Batch(double[][] x, int[] labels, double[][] proxies, double[] weights) {

        static Batch random(SplittableRandom random, int samples, int classes, int k, int d) {
            int[] labels = random.ints(samples, 0, classes).toArray();
            return of(rows(random, samples, d), labels, rows(random, classes * Math.max(k, 1), d), classes);
        }

        static Batch of(double[][] x, int[] labels, double[][] proxies, int classes) {
            double[] weights = new double[classes];
            Arrays.fill(weights, 1);
            return new Batch(x, labels, proxies, weights);
        }

        /** With more rows in the table, of classes that are not in use. */
        Batch withSpare(double[]... rows) {
            int k = proxies.length / weights.length;
            double[][] table =
                    Stream.concat(Arrays.stream(proxies), Arrays.stream(rows)).toArray(double[][]::new);
            return new Batch(x, labels, table, Arrays.copyOf(weights, table.length / k));
        }

        PaperFormulas paper() {
            return new PaperFormulas(x, labels, proxies);
        }

        private static double[][] rows(SplittableRandom random, int count, int d) {
            return IntStream.range(0, count)
                    .mapToObj(i -> IntStream.range(0, d)
                            .mapToDouble(j -> 3 * random.nextGaussian())
                            .toArray())
                    .toArray(double[][]::new);
        }
    }

    /**
     * What a loss gives.
     *
     * @param scalars total, batch, synthetic, own cosine
     * @param gradientX row after row
     * @param gradientProxies row after row, empty for a loss without proxies
     */
    record Evaluated(double[] scalars, double[] gradientX, double[] gradientProxies) {

        double total() {
            return scalars[0];
        }

        double ownCosine() {
            return scalars[3];
        }
    }

    private final Graph graph = new Graph();
    private final Session session = new Session(graph);
    private final Placeholder<TFloat64> x;
    private final Placeholder<TInt32> labels;
    private final Placeholder<TFloat64> proxies;
    private final Placeholder<TFloat64> weights;
    private final List<Operand<TFloat64>> scalars;
    private final List<Output<TFloat64>> gradients;

    LossHarness(MetricLoss loss, Class<T> type) {
        Ops tf = Ops.create(graph);
        x = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(-1, -1)));
        labels = tf.placeholder(TInt32.class, Placeholder.shape(Shape.of(-1)));
        proxies = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(-1, -1)));
        weights = tf.placeholder(TFloat64.class, Placeholder.shape(Shape.of(-1)));
        var none = Spheres.scalar(tf, type, 0);
        var inputs = new MetricLoss.Inputs<>(
                tf.dtypes.cast(x, type),
                labels,
                tf.dtypes.cast(proxies, type),
                tf.dtypes.cast(weights, type),
                new MetricLoss.ExpansionInputs<>(tf.constant(0), none, none, none));
        var outputs = loss.build(tf, type, inputs);
        scalars = Stream.of(outputs.total(), outputs.batch(), outputs.synthetic(), outputs.ownCosine())
                .<Operand<TFloat64>>map(scalar -> tf.dtypes.cast(scalar, TFloat64.class))
                .toList();
        // The own cosine is added so that a gradient it should not have would show.
        Output<?> differentiated =
                tf.math.add(outputs.total(), outputs.ownCosine()).asOutput();
        Output<?>[] by = loss.proxiesPerClass() == 0
                ? new Output<?>[] {x.asOutput()}
                : new Output<?>[] {x.asOutput(), proxies.asOutput()};
        gradients = Arrays.stream(graph.addGradients(differentiated, by))
                .map(output -> output.expect(TFloat64.class))
                .toList();
    }

    Evaluated evaluate(Batch batch) {
        List<double[]> values = fetch(batch, Stream.concat(scalars.stream(), gradients.stream()));
        double[] four = values.stream().limit(4).mapToDouble(value -> value[0]).toArray();
        return new Evaluated(four, values.get(4), values.size() > 5 ? values.get(5) : new double[0]);
    }

    /** Central differences of the total by each entry of the batch's embeddings. */
    double[] differencesByX(Batch batch) {
        return differences(batch, batch.x);
    }

    /** Central differences of the total by each entry of the batch's proxies. */
    double[] differencesByProxies(Batch batch) {
        return differences(batch, batch.proxies);
    }

    private double[] differences(Batch batch, double[][] rows) {
        int d = rows[0].length;
        double[] slopes = new double[rows.length * d];
        for (int i = 0; i < slopes.length; i++) {
            double value = rows[i / d][i % d];
            rows[i / d][i % d] = value + STEP;
            double above = fetch(batch, Stream.of(scalars.getFirst())).getFirst()[0];
            rows[i / d][i % d] = value - STEP;
            double below = fetch(batch, Stream.of(scalars.getFirst())).getFirst()[0];
            rows[i / d][i % d] = value;
            slopes[i] = (above - below) / (2 * STEP);
        }
        return slopes;
    }

    private List<double[]> fetch(Batch batch, Stream<? extends Operand<TFloat64>> operands) {
        try (TFloat64 fedX = TFloat64.tensorOf(StdArrays.ndCopyOf(batch.x));
                TInt32 fedLabels = TInt32.vectorOf(batch.labels);
                TFloat64 fedProxies = TFloat64.tensorOf(StdArrays.ndCopyOf(batch.proxies));
                TFloat64 fedWeights = TFloat64.vectorOf(batch.weights)) {
            Session.Runner runner = session.runner()
                    .feed(x, fedX)
                    .feed(labels, fedLabels)
                    .feed(proxies, fedProxies)
                    .feed(weights, fedWeights);
            operands.forEach(runner::fetch);
            try (Result result = runner.run()) {
                return IntStream.range(0, result.size())
                        .mapToObj(i -> flat((TFloat64) result.get(i)))
                        .toList();
            }
        }
    }

    private static double[] flat(TFloat64 tensor) {
        double[] values = new double[(int) tensor.shape().size()];
        tensor.copyTo(DataBuffers.of(values));
        return values;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
