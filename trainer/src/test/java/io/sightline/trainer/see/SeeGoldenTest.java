package io.sightline.trainer.see;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.GoldenData;
import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.losses.Spheres;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.family.TFloating;

/** The mathematics against vectors that were made independently, in float64 and in the float32 of training. */
class SeeGoldenTest {

    /** Relative to the largest entry; float32 carries the loss's slope of alpha = 32. */
    private record Tolerance(double vector, double loss, double gradient) {

        static Tolerance of(Class<?> type) {
            return type == TFloat64.class ? new Tolerance(1e-10, 1e-10, 1e-9) : new Tolerance(1e-6, 1e-5, 1e-3);
        }
    }

    @BeforeAll
    static void load() {
        NativeTensorFlow.load();
    }

    @Test
    void shouldGiveTheSimplex() throws Exception {
        GoldenData.fields(GoldenData.golden("simplex.json")).forEach((e, golden) -> {
            if (!e.matches("\\d+")) {
                return;
            }
            double[][] expected = GoldenData.matrix(golden.isArray() ? golden : golden.get("B"));

            double[][] centers = SimplexCenters.of(Integer.parseInt(e));

            assertThat(centers).hasDimensions(expected.length, expected[0].length);
            for (int i = 0; i < centers.length; i++) {
                assertThat(centers[i]).containsExactly(expected[i], within(1e-12));
            }
        });
    }

    @Test
    void shouldFollowTheSchedules() throws Exception {
        for (JsonNode golden : GoldenData.golden("schedule.json").get("cases")) {
            double maxEpoch = golden.get("max_epoch").asDouble();
            double min = golden.get("min").asDouble();
            double max = golden.get("max").asDouble();
            for (int i = 0; i < golden.get("epochs").size(); i++) {
                double epoch = golden.get("epochs").get(i).asDouble();
                double expected = golden.get("threshold").get(i).asDouble();
                if (golden.get("type").asInt() == 1) {
                    var share = new ExpansionSchedule.Share(min, max, Math.min(maxEpoch, 200));
                    assertThat(share.at(epoch)).isCloseTo(expected, within(1e-12));
                    assertThat(share.count(128, epoch))
                            .isEqualTo(golden.get("top_k_N128").get(i).asInt());
                    assertThat(share.count(90, epoch))
                            .isEqualTo(golden.get("top_k_N90").get(i).asInt());
                } else {
                    double bound = golden.get("lower_bound").asDouble();
                    assertThat(new ExpansionSchedule.Threshold(max, min, bound, maxEpoch).at(epoch))
                            .isCloseTo(expected, within(1e-12));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {TFloat64.class, TFloat32.class})
    void shouldExpand(Class<? extends TFloating> type) throws Exception {
        for (JsonNode golden : GoldenData.golden("expansion.json").get("cases")) {
            assertExpansion(type, golden);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {TFloat64.class, TFloat32.class})
    void shouldGiveProxyAnchorAndItsGradients(Class<? extends TFloating> type) throws Exception {
        for (JsonNode golden : GoldenData.golden("proxy_anchor.json").get("cases")) {
            assertProxyAnchor(type, golden);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {TFloat64.class, TFloat32.class})
    void shouldGiveTheSeeLossAndItsGradients(Class<? extends TFloating> type) throws Exception {
        for (JsonNode golden : GoldenData.golden("see_loss.json").get("cases")) {
            assertSeeLoss(type, golden, SeeSettings.Gradient.DETACHED, "detached");
            assertSeeLoss(type, golden, SeeSettings.Gradient.THROUGH_Z, "through_z");
        }
    }

    @Test
    void shouldIgnoreSpareRowsOfTheProxyTable() throws Exception {
        JsonNode golden = GoldenData.golden("see_loss.json").get("cases").get(1);
        double[][] proxies = GoldenData.matrix(golden.get("proxies"));
        double[][] spare = java.util.Arrays.copyOf(proxies, proxies.length + 3);
        double[] weights = new double[spare.length];
        for (int i = 0; i < spare.length; i++) {
            weights[i] = i < proxies.length ? 1 : 0;
            spare[i] = i < proxies.length ? proxies[i] : new double[proxies[0].length];
        }

        Evaluated evaluated = seeLoss(TFloat64.class, golden, SeeSettings.Gradient.DETACHED, spare, weights);

        assertThat(evaluated.scalars[0]).isCloseTo(golden.get("total").asDouble(), within(1e-9));
        assertThat(evaluated.gradientProxies[spare.length - 1]).containsOnly(0);
    }

    @Test
    void shouldKeepTheInvariantsWithASharedFrame() {
        for (int[] shape : new int[][] {{8, 3}, {17, 16}, {64, 8}, {512, 64}, {4, 1}}) {
            assertInvariants(shape[0], shape[1], new SplittableRandom(shape[0] * 31L + shape[1]));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldKeepTheInvariantsInAnyShape(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int d = random.nextInt(2, 200);

        assertInvariants(d, random.nextInt(1, Math.min(d, 65)), random);
    }

    @Test
    void shouldSkipASampleThatLiesOnItsProxy() {
        double[][] proxies = {{1, 0, 0, 0}, {0, 1, 0, 0}};
        double[][] x = {{1, 0, 0, 0}, {0.6, 0.8, 0, 0}};
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat64> embeddings = tf.constant(x);
            Operand<TFloat64> table = tf.constant(proxies);
            double[][] frame = RandomFrame.draw(4, 4, new SplittableRandom(1));
            var outputs = SeeLoss.of(
                    tf,
                    TFloat64.class,
                    SeeSettings.published(1).withExpansions(3).withGradient(SeeSettings.Gradient.THROUGH_Z),
                    new MetricLoss.Inputs<>(
                            embeddings,
                            tf.constant(new int[] {0, 0}),
                            table,
                            tf.constant(new double[] {1, 1}),
                            new MetricLoss.ExpansionInputs<>(
                                    tf.constant(2), tf.constant(-2.0), tf.constant(1.0), tf.constant(frame))));
            Output<?>[] gradients = graph.addGradients(
                    outputs.total().asOutput(), new Output<?>[] {embeddings.asOutput(), table.asOutput()});
            try (Session session = new Session(graph);
                    Result result = session.runner()
                            .fetch(outputs.total())
                            .fetch(gradients[0])
                            .fetch(gradients[1])
                            .run()) {
                for (int i = 0; i < 3; i++) {
                    for (double value : flat(result.get(i))) {
                        assertThat(value).isFinite();
                    }
                }
            }
        }
    }

    private static <T extends TFloating> void assertExpansion(Class<T> type, JsonNode golden) {
        Tolerance tolerance = Tolerance.of(type);
        int e = golden.get("E").asInt();
        double[][] centers = SimplexCenters.of(e);
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            double[][][] bases = {GoldenData.matrix(golden.get("basis"))};
            var expanded = SphericalExpansion.expand(
                    tf,
                    type,
                    Spheres.matrix(tf, type, new double[][] {GoldenData.vector(golden.get("z"))}),
                    Spheres.matrix(tf, type, new double[][] {GoldenData.vector(golden.get("w"))}),
                    centers,
                    explicit(type, bases, centers, golden.get("d").asInt()));
            try (Session session = new Session(graph);
                    Result result =
                            session.runner().fetch(expanded.synthetics()).run()) {
                assertClose(
                        flat(result.get(0)),
                        flat(GoldenData.matrix(golden.get("synthetic"))),
                        tolerance.vector,
                        "E=" + e);
            }
        }
    }

    private static <T extends TFloating> void assertProxyAnchor(Class<T> type, JsonNode golden) {
        String name = golden.get("name").asText();
        Tolerance tolerance = Tolerance.of(type);
        ProxyAnchor loss = new ProxyAnchor(
                golden.get("alpha").asDouble(), golden.get("margin").asDouble(), 1);
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<T> x = Spheres.matrix(tf, type, GoldenData.matrix(golden.get("x")));
            Operand<T> proxies = Spheres.matrix(tf, type, GoldenData.matrix(golden.get("proxies")));
            int classes = golden.get("C").asInt();
            int[] labels = GoldenData.ints(golden.get("labels"));
            Operand<T> one = Spheres.scalar(tf, type, 1);
            Operand<T> membership =
                    tf.oneHot(tf.constant(labels), tf.constant(classes), one, Spheres.scalar(tf, type, 0));
            Operand<T> cosines =
                    Spheres.allDots(tf, Spheres.normalise(tf, type, x), Spheres.normalise(tf, type, proxies));
            ProxyAnchor.Terms<T> terms = loss.terms(
                    tf,
                    type,
                    cosines,
                    membership,
                    tf.fill(tf.constant(new int[] {labels.length, 1}), one),
                    tf.fill(tf.constant(new int[] {classes}), one));
            Output<?>[] gradients =
                    graph.addGradients(terms.total(tf).asOutput(), new Output<?>[] {x.asOutput(), proxies.asOutput()});
            try (Session session = new Session(graph);
                    Result result = session.runner()
                            .fetch(terms.positive())
                            .fetch(terms.negative())
                            .fetch(cosines)
                            .fetch(gradients[0])
                            .fetch(gradients[1])
                            .run()) {
                assertClose(
                        flat(result.get(0)),
                        new double[] {golden.get("pos_term").asDouble()},
                        tolerance.loss,
                        name);
                assertClose(
                        flat(result.get(1)),
                        new double[] {golden.get("neg_term").asDouble()},
                        tolerance.loss,
                        name);
                assertClose(flat(result.get(2)), flat(GoldenData.matrix(golden.get("cos"))), tolerance.vector, name);
                assertClose(
                        flat(result.get(3)), flat(GoldenData.matrix(golden.get("grad_x"))), tolerance.gradient, name);
                assertClose(
                        flat(result.get(4)),
                        flat(GoldenData.matrix(golden.get("grad_proxies"))),
                        tolerance.gradient,
                        name);
            }
        }
    }

    private static <T extends TFloating> void assertSeeLoss(
            Class<T> type, JsonNode golden, SeeSettings.Gradient gradient, String suffix) {
        Tolerance tolerance = Tolerance.of(type);
        String name = golden.get("name").asText() + " " + suffix;
        double[][] proxies = GoldenData.matrix(golden.get("proxies"));
        double[] weights = new double[proxies.length];
        java.util.Arrays.fill(weights, 1);

        Evaluated evaluated = seeLoss(type, golden, gradient, proxies, weights);

        double[] expected = {
            golden.get("total").asDouble(),
            golden.get("batch_loss").asDouble(),
            golden.get("aug_loss").asDouble()
        };
        assertClose(evaluated.scalars, expected, tolerance.loss, name);
        assertClose(
                flat(evaluated.gradientX),
                flat(GoldenData.matrix(golden.get("grad_x_" + suffix))),
                tolerance.gradient,
                name);
        assertClose(
                flat(evaluated.gradientProxies),
                flat(GoldenData.matrix(golden.get("grad_proxies_" + suffix))),
                tolerance.gradient,
                name);
    }

    private record Evaluated(double[] scalars, double[][] gradientX, double[][] gradientProxies) {}

    private static <T extends TFloating> Evaluated seeLoss(
            Class<T> type, JsonNode golden, SeeSettings.Gradient gradient, double[][] table, double[] classWeights) {
        int e = golden.get("E").asInt();
        int d = golden.get("d").asInt();
        ProxyAnchor loss = new ProxyAnchor(
                golden.get("alpha").asDouble(), golden.get("margin").asDouble(), 1);
        SeeSettings settings = new SeeSettings(
                loss,
                e,
                golden.get("lambda").asDouble(),
                ExpansionSchedule.Share.published(1),
                gradient,
                SeeSettings.Term.BOTH);
        double[][][] bases = new double[golden.get("bases").size()][][];
        for (int i = 0; i < bases.length; i++) {
            bases[i] = GoldenData.matrix(golden.get("bases").get(i));
        }
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<T> x = Spheres.matrix(tf, type, GoldenData.matrix(golden.get("x")));
            Operand<T> proxies = Spheres.matrix(tf, type, table);
            Operand<T> frame =
                    Spheres.matrix(tf, type, RandomFrame.draw(Math.min(e + 1, d), d, new SplittableRandom(1)));
            MetricLoss.Inputs<T> inputs = new MetricLoss.Inputs<>(
                    x,
                    tf.constant(GoldenData.ints(golden.get("labels"))),
                    proxies,
                    tf.dtypes.cast(tf.constant(classWeights), type),
                    new MetricLoss.ExpansionInputs<>(
                            tf.constant(golden.get("top_k").asInt()),
                            Spheres.scalar(tf, type, -2),
                            Spheres.scalar(tf, type, 1),
                            frame));
            var outputs = SeeLoss.of(tf, type, settings, inputs, explicit(type, bases, SimplexCenters.of(e), d));
            Output<?>[] gradients =
                    graph.addGradients(outputs.total().asOutput(), new Output<?>[] {x.asOutput(), proxies.asOutput()});
            try (Session session = new Session(graph);
                    Result result = session.runner()
                            .fetch(outputs.total())
                            .fetch(outputs.batch())
                            .fetch(outputs.synthetic())
                            .fetch(gradients[0])
                            .fetch(gradients[1])
                            .run()) {
                double[] scalars = {flat(result.get(0))[0], flat(result.get(1))[0], flat(result.get(2))[0]};
                return new Evaluated(scalars, rows(result.get(3), d), rows(result.get(4), d));
            }
        }
    }

    /** sum_j B[i][j] v_(j+1) with given v's. */
    static <T extends TFloating> TangentDirections<T> explicit(
            Class<T> type, double[][][] bases, double[][] centers, int d) {
        int e = centers.length - 1;
        List<Double> combined = new ArrayList<>();
        for (double[][] basis : bases) {
            for (int i = 1; i <= e; i++) {
                for (int k = 0; k < d; k++) {
                    double sum = 0;
                    for (int j = 1; j < e; j++) {
                        sum += centers[i][j] * basis[j - 1][k];
                    }
                    combined.add(sum);
                }
            }
        }
        double[] values = combined.stream().mapToDouble(Double::doubleValue).toArray();
        return (tf, w, u1) -> tf.dtypes.cast(tf.constant(Shape.of(bases.length, e, d), DataBuffers.of(values)), type);
    }

    private static void assertInvariants(int d, int e, SplittableRandom random) {
        int samples = 5;
        double[][] z = new double[samples][];
        double[][] w = new double[samples][];
        for (int i = 0; i < samples; i++) {
            z[i] = RandomFrame.draw(1, d, random)[0];
            w[i] = RandomFrame.draw(1, d, random)[0];
        }
        double[][] centers = SimplexCenters.of(e);
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat64> frame = tf.constant(RandomFrame.draw(e + 1, d, random));
            var expanded = SphericalExpansion.expand(
                    tf,
                    TFloat64.class,
                    tf.constant(z),
                    tf.constant(w),
                    centers,
                    new SharedFrame<>(tf, TFloat64.class, frame, centers));
            try (Session session = new Session(graph);
                    Result result =
                            session.runner().fetch(expanded.synthetics()).run()) {
                double[][] synthetics = rows(result.get(0), d);
                for (int s = 0; s < samples; s++) {
                    List<double[]> points = new ArrayList<>(List.of(z[s]));
                    points.addAll(List.of(synthetics).subList(s * e, (s + 1) * e));
                    assertSimplexAround(points, w[s], e);
                }
            }
        }
    }

    private static void assertSimplexAround(List<double[]> points, double[] w, int e) {
        double c = dot(points.getFirst(), w);
        for (int i = 0; i < points.size(); i++) {
            double[] a = points.get(i);
            assertThat(dot(a, a)).isCloseTo(1, within(1e-6));
            assertThat(dot(a, w)).isCloseTo(c, within(1e-6));
            for (double[] b : points.subList(i + 1, points.size())) {
                assertThat((dot(a, b) - c * c) / (1 - c * c)).isCloseTo(-1.0 / e, within(1e-6));
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void assertClose(double[] actual, double[] expected, double relative, String name) {
        double largest = 0;
        for (double value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(actual).as(name).containsExactly(expected, within(Math.max(relative * largest, 1e-12)));
    }

    private static double[] flat(double[][] rows) {
        return java.util.Arrays.stream(rows)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
    }

    static double[] flat(Tensor tensor) {
        double[] values = new double[(int) tensor.shape().size()];
        if (tensor instanceof TFloat64 doubles) {
            doubles.copyTo(DataBuffers.of(values));
        } else if (tensor instanceof TFloat32 floats) {
            float[] narrow = new float[values.length];
            floats.copyTo(DataBuffers.of(narrow));
            for (int i = 0; i < narrow.length; i++) {
                values[i] = narrow[i];
            }
        } else {
            throw new AssertionError("a " + tensor.dataType());
        }
        return values;
    }

    private static double[][] rows(Tensor tensor, int d) {
        double[] values = flat(tensor);
        double[][] rows = new double[values.length / d][d];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, i * d, rows[i], 0, d);
        }
        return rows;
    }
}
