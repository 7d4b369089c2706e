package io.sightline.trainer.losses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.losses.LossHarness.Batch;
import io.sightline.trainer.losses.LossHarness.Evaluated;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/** The losses against their papers' formulas, their gradients against differences, and at the edges of float32. */
class MetricLossesTest {

    @BeforeAll
    static void load() {
        NativeTensorFlow.load();
    }

    static List<MetricLoss> losses() {
        return List.of(
                MultiSimilarity.DEFAULT,
                new MultiSimilarity(5, 20, 0.2, 0.4),
                SupCon.DEFAULT,
                new SupCon(0.01),
                ProxyNcaPlusPlus.DEFAULT,
                new ProxyNcaPlusPlus(1),
                NormSoftmax.DEFAULT,
                new NormSoftmax(0.01),
                SoftTriple.DEFAULT,
                new SoftTriple(3, 5, 0.5, 0.3, 1),
                new SoftTriple(1, 20, 0.1, 0.01, 0.2));
    }

    static List<MetricLoss> lossesOfPairs() {
        return losses().stream().filter(loss -> loss.proxiesPerClass() == 0).toList();
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveThePapersValue(MetricLoss loss) {
        int[][] sizes = {{4, 2, 4}, {9, 3, 5}, {7, 4, 6}, {32, 8, 16}, {12, 12, 8}};
        try (var wide = new LossHarness<>(loss, TFloat64.class);
                var narrow = new LossHarness<>(loss, TFloat32.class)) {
            for (int seed = 1; seed <= 20; seed++) {
                int[] size = sizes[seed % sizes.length];
                Batch batch = clearCase(new SplittableRandom(seed), loss, size[0], size[1], size[2]);

                String name = loss + " seed " + seed;
                assertAsInThePaper(wide.evaluate(batch), loss, batch, 1e-10, name);
                assertAsInThePaper(narrow.evaluate(batch), loss, batch, 1e-4, name);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveTheGradientsOfItsValue(MetricLoss loss) {
        try (var harness = new LossHarness<>(loss, TFloat64.class)) {
            for (int seed = 1; seed <= 3; seed++) {
                Batch batch = clearCase(new SplittableRandom(seed), loss, 8, 3, 4);

                Evaluated evaluated = harness.evaluate(batch);

                String name = loss + " seed " + seed;
                assertSlopes(evaluated.gradientX(), harness.differencesByX(batch), name + ", embeddings");
                if (loss.proxiesPerClass() > 0) {
                    assertSlopes(evaluated.gradientProxies(), harness.differencesByProxies(batch), name + ", proxies");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldIgnoreSpareClasses(MetricLoss loss) {
        int k = Math.max(loss.proxiesPerClass(), 1);
        Batch batch = Batch.random(new SplittableRandom(7), 8, 3, k, 5);
        double[][] zeros = new double[k][5];
        // Nearer to the samples than their own proxies.
        double[][] near = IntStream.range(0, k).mapToObj(i -> batch.x()[i % 8]).toArray(double[][]::new);
        try (var harness = new LossHarness<>(loss, TFloat64.class)) {
            Evaluated without = harness.evaluate(batch);

            Evaluated with = harness.evaluate(batch.withSpare(zeros).withSpare(near));

            assertThat(with.scalars()).containsExactly(without.scalars(), within(1e-12));
            assertThat(with.gradientX()).containsExactly(without.gradientX(), within(1e-12));
            int used = without.gradientProxies().length;
            assertThat(Arrays.copyOf(with.gradientProxies(), used))
                    .containsExactly(without.gradientProxies(), within(1e-12));
            assertThat(Arrays.stream(with.gradientProxies()).skip(used)).allMatch(slope -> slope == 0);
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldStayFiniteAtTheEdges(MetricLoss loss) {
        int k = Math.max(loss.proxiesPerClass(), 1);
        try (var harness = new LossHarness<>(loss, TFloat32.class)) {
            edges(k).forEach((name, batch) -> {
                Evaluated evaluated = harness.evaluate(batch.withSpare(new double[k][4]));

                assertThat(Stream.of(evaluated.scalars(), evaluated.gradientX(), evaluated.gradientProxies())
                                .flatMapToDouble(Arrays::stream))
                        .as(loss + ", " + name)
                        .allMatch(Double::isFinite);
            });
        }
    }

    @ParameterizedTest
    @MethodSource("lossesOfPairs")
    void shouldNotPullOrPushWithoutPairs(MetricLoss loss) {
        Batch strangers = Batch.of(new double[][] {{1, 2}, {2, 1}}, new int[] {0, 1}, new double[2][2], 2);
        try (var harness = new LossHarness<>(loss, TFloat32.class)) {
            Evaluated evaluated = harness.evaluate(strangers);

            assertThat(evaluated.scalars()).containsOnly(0);
            assertThat(evaluated.gradientX()).containsOnly(0);
        }
    }

    @Test
    void shouldAddALossBetweenSamplesWithItsWeight() {
        Batch batch = Batch.random(new SplittableRandom(3), 8, 3, 1, 5);
        Evaluated anchor = evaluate(ProxyAnchor.DEFAULT, batch);
        Evaluated between = evaluate(SupCon.DEFAULT, batch);

        Evaluated both = evaluate(new Combined(ProxyAnchor.DEFAULT, SupCon.DEFAULT, 0.5), batch);

        assertThat(both.total()).isEqualTo(anchor.total() + 0.5 * between.total(), within(1e-12));
        assertThat(both.ownCosine()).isEqualTo(anchor.ownCosine());
        double[] gradient = IntStream.range(0, anchor.gradientX().length)
                .mapToDouble(i -> anchor.gradientX()[i] + 0.5 * between.gradientX()[i])
                .toArray();
        assertThat(both.gradientX()).containsExactly(gradient, within(1e-12));
        assertThat(both.gradientProxies()).containsExactly(anchor.gradientProxies(), within(1e-12));
    }

    private static Evaluated evaluate(MetricLoss loss, Batch batch) {
        try (var harness = new LossHarness<>(loss, TFloat64.class)) {
            return harness.evaluate(batch);
        }
    }

    @Test
    void shouldRefuseWrongSettingsByName() {
        assertRefused(() -> new Combined(ProxyAnchor.DEFAULT, SupCon.DEFAULT, 0), "weight", "0.0");
        assertThatThrownBy(() -> new Combined(SupCon.DEFAULT, NormSoftmax.DEFAULT, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("norm-softmax has proxies");
        assertRefused(() -> new MultiSimilarity(0, 50, 0.5, 0.1), "alpha", "0.0");
        assertRefused(() -> new MultiSimilarity(2, -50, 0.5, 0.1), "beta", "-50.0");
        assertRefused(() -> new MultiSimilarity(2, 50, 1.5, 0.1), "base", "1.5");
        assertRefused(() -> new MultiSimilarity(2, 50, 0.5, -0.1), "miningMargin", "-0.1");
        assertRefused(() -> new SupCon(Double.NaN), "temperature", "NaN");
        assertRefused(() -> new ProxyNcaPlusPlus(-1), "temperature", "-1.0");
        assertRefused(() -> new NormSoftmax(Double.POSITIVE_INFINITY), "temperature", "Infinity");
        assertRefused(() -> new SoftTriple(0, 20, 0.1, 0.01, 0.2), "proxiesPerClass", "0");
        assertRefused(() -> new SoftTriple(10, 0, 0.1, 0.01, 0.2), "scale", "0.0");
        assertRefused(() -> new SoftTriple(10, 20, 0, 0.01, 0.2), "gamma", "0.0");
        assertRefused(() -> new SoftTriple(10, 20, 0.1, -1, 0.2), "margin", "-1.0");
        assertRefused(() -> new SoftTriple(10, 20, 0.1, 0.01, -2), "tau", "-2.0");
    }

    private static Map<String, Batch> edges(int k) {
        double[][] axes = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
        double[][] table = Arrays.stream(axes)
                .flatMap(axis -> IntStream.range(0, k).mapToObj(i -> axis))
                .toArray(double[][]::new);
        int[] pairs = {0, 0, 1, 1, 2, 2};
        Map<String, Batch> edges = new LinkedHashMap<>();
        edges.put("perfect", Batch.of(pick(axes, pairs), pairs, table, 3));
        edges.put("all wrong", Batch.of(pick(axes, 1, 2, 2, 0, 0, 1), pairs, table, 3));
        edges.put("identical", Batch.of(pick(axes, 0, 0, 0, 0, 0, 0), pairs, pick(table, new int[3 * k]), 3));
        edges.put("all zero", Batch.of(new double[6][4], pairs, new double[3 * k][4], 3));
        edges.put("alone in its class", Batch.of(pick(axes, 0, 0, 1), new int[] {0, 0, 1}, table, 3));
        edges.put("one class", Batch.of(pick(axes, 0, 0, 1), new int[] {2, 2, 2}, table, 3));
        edges.put("two of one class", Batch.of(pick(axes, 0, 0), new int[] {1, 1}, table, 3));
        edges.put("two of two classes", Batch.of(pick(axes, 0, 1), new int[] {0, 1}, table, 3));
        // What a mask keeps out is here the largest by far: at a low temperature its exponential overflows.
        double[][] opposites = {{-1, 0, 0, 0}, {1, 0, 0, 0}};
        edges.put("opposites", Batch.of(opposites, new int[] {0, 0}, pick(opposites, new int[3 * k]), 3));
        edges.put(
                "far from all", Batch.of(pick(opposites, 1, 1), new int[] {0, 1}, pick(opposites, new int[3 * k]), 3));
        edges.put("a single sample", Batch.of(pick(axes, 0), new int[] {0}, table, 3));
        return edges;
    }

    private static double[][] pick(double[][] rows, int... numbers) {
        return Arrays.stream(numbers).mapToObj(i -> rows[i]).toArray(double[][]::new);
    }

    /** A random batch whose mined pairs would be the same with a slightly different mining margin. */
    private static Batch clearCase(SplittableRandom random, MetricLoss loss, int samples, int classes, int d) {
        while (true) {
            Batch batch = Batch.random(random, samples, classes, loss.proxiesPerClass(), d);
            if (!(loss instanceof MultiSimilarity it)) {
                return batch;
            }
            double narrower = batch.paper().loss(withMiningMargin(it, it.miningMargin() - 1e-4));
            if (batch.paper().loss(withMiningMargin(it, it.miningMargin() + 1e-4)) == narrower) {
                return batch;
            }
        }
    }

    private static MultiSimilarity withMiningMargin(MultiSimilarity it, double miningMargin) {
        return new MultiSimilarity(it.alpha(), it.beta(), it.base(), miningMargin);
    }

    private static void assertAsInThePaper(
            Evaluated evaluated, MetricLoss loss, Batch batch, double relative, String name) {
        double expected = batch.paper().loss(loss);
        double ownCosine = batch.paper().ownCosine(loss.proxiesPerClass());
        double total = evaluated.total();
        assertThat(total).as(name).isCloseTo(expected, within(relative * (Math.abs(expected) + 0.01)));
        assertThat(evaluated.scalars()).as(name).startsWith(total, total, 0);
        assertThat(evaluated.ownCosine()).as(name).isCloseTo(ownCosine, within(relative));
    }

    private static void assertSlopes(double[] actual, double[] expected, String name) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertThat(largest).as(name).isGreaterThan(1e-3);
        assertThat(actual).as(name).containsExactly(expected, within(1e-5 * largest));
    }

    private static void assertRefused(ThrowingCallable settings, String name, String value) {
        assertThatThrownBy(settings)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name)
                .hasMessageEndingWith("not " + value);
    }
}
