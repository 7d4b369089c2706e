package io.sightline.trainer.see;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.losses.MetricLoss;
import io.sightline.trainer.losses.ProxyAnchor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat64;

/**
 * SEE on random cases against a plain implementation with loops, and its gradients against that one's central
 * differences. What the specification calls constant (the expansion's proxy and basis, and z where the synthetics are
 * detached) is held fixed there.
 */
class SeeGradientTest {

    private static final double STEP = 1e-6;

    @BeforeAll
    static void load() {
        NativeTensorFlow.load();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldAgreeWithFiniteDifferencesWhenDetached(long seed) {
        assertGradients(new Case(seed), SeeSettings.Gradient.DETACHED, SeeSettings.Term.BOTH);
        assertGradients(new Case(seed), SeeSettings.Gradient.DETACHED, SeeSettings.Term.NEGATIVE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldAgreeWithFiniteDifferencesThroughZ(long seed) {
        assertGradients(new Case(seed), SeeSettings.Gradient.THROUGH_Z, SeeSettings.Term.BOTH);
        assertGradients(new Case(seed), SeeSettings.Gradient.THROUGH_Z, SeeSettings.Term.NEGATIVE);
    }

    private static void assertGradients(Case given, SeeSettings.Gradient gradient, SeeSettings.Term term) {
        SeeSettings settings = SeeSettings.published(1)
                .withExpansions(given.expansions)
                .withGradient(gradient)
                .withTerm(term);
        boolean through = gradient instanceof SeeSettings.Gradient.ThroughZ;
        Supplier<Double> total = () -> given.total(settings, through);
        double expected = total.get();
        double[] byX = differences(given.x, total);
        double[] byProxies = differences(given.proxies, total);

        double[][] actual = given.inGraph(settings);

        assertThat(actual[0][0]).as("loss, %s", given).isCloseTo(expected, within(1e-9 * (1 + Math.abs(expected))));
        assertClose(actual[1], byX, "by x, " + given);
        assertClose(actual[2], byProxies, "by proxies, " + given);
    }

    private static void assertClose(double[] actual, double[] expected, String what) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("entry %d %s", i, what).isCloseTo(expected[i], within(1e-5 * largest + 1e-8));
        }
    }

    private static double[] differences(double[][] rows, Supplier<Double> total) {
        int d = rows[0].length;
        double[] slopes = new double[rows.length * d];
        for (int i = 0; i < slopes.length; i++) {
            double value = rows[i / d][i % d];
            rows[i / d][i % d] = value + STEP;
            double above = total.get();
            rows[i / d][i % d] = value - STEP;
            slopes[i] = (above - total.get()) / (2 * STEP);
            rows[i / d][i % d] = value;
        }
        return slopes;
    }

    /** A random batch, all of it expanded. */
    private static final class Case {

        private final long seed;
        private final int expansions;
        private final int[] labels;
        private final double[][] x;
        private final double[][] proxies;
        private final double[][] fixedZ;
        private final double[][] fixedProxies;
        private final double[][][] bases;

        Case(long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            this.seed = seed;
            int d = random.nextInt(5, 12);
            int samples = random.nextInt(3, 8);
            int classes = random.nextInt(2, 5);
            expansions = random.nextInt(2, d);
            labels = random.ints(samples, 0, classes).toArray();
            x = gaussian(random, samples, d);
            proxies = gaussian(random, classes, d);
            // Samples near their proxies, as in training: far ones leave nothing but saturated terms.
            for (int i = 0; i < samples; i++) {
                for (int k = 0; k < d; k++) {
                    x[i][k] = 0.4 * x[i][k] + proxies[labels[i]][k];
                }
            }
            fixedZ = unit(x);
            fixedProxies = unit(proxies);
            bases = new double[samples][][];
            for (int i = 0; i < samples; i++) {
                bases[i] = basis(fixedZ[i], fixedProxies[labels[i]], expansions - 1, random);
            }
        }

        @Override
        public String toString() {
            return "seed " + seed + ", E " + expansions + ", " + x.length + " x " + x[0].length;
        }

        double total(SeeSettings settings, boolean through) {
            double[][] z = unit(x);
            double[][] table = unit(proxies);
            double[][] b = SimplexCenters.of(expansions);
            double[][] synthetics = new double[x.length * expansions][];
            int[] owners = new int[synthetics.length];
            for (int s = 0; s < synthetics.length; s++) {
                int i = s / expansions;
                double[] source = through ? z[i] : fixedZ[i];
                synthetics[s] = synthetic(source, fixedProxies[labels[i]], bases[i], b[1 + s % expansions]);
                owners[s] = labels[i];
            }
            double extra = proxyAnchor(unit(synthetics), owners, table, settings.term());
            return proxyAnchor(z, labels, table, SeeSettings.Term.BOTH) + settings.lambda() * extra;
        }

        double[][] inGraph(SeeSettings settings) {
            try (Graph graph = new Graph()) {
                Ops tf = Ops.create(graph);
                Operand<TFloat64> embeddings = tf.constant(x);
                Operand<TFloat64> table = tf.constant(proxies);
                double[] inUse = new double[proxies.length];
                Arrays.fill(inUse, 1);
                var inputs = new MetricLoss.Inputs<>(
                        embeddings,
                        tf.constant(labels),
                        table,
                        tf.constant(inUse),
                        new MetricLoss.ExpansionInputs<>(
                                tf.constant(x.length),
                                tf.constant(-2.0),
                                tf.constant(1.0),
                                tf.constant(new double[1][x[0].length])));
                var directions =
                        SeeGoldenTest.explicit(TFloat64.class, bases, SimplexCenters.of(expansions), x[0].length);
                var outputs = SeeLoss.of(tf, TFloat64.class, settings, inputs, directions);
                Output<?>[] gradients = graph.addGradients(
                        outputs.total().asOutput(), new Output<?>[] {embeddings.asOutput(), table.asOutput()});
                try (Session session = new Session(graph);
                        Result result = session.runner()
                                .fetch(outputs.total())
                                .fetch(gradients[0])
                                .fetch(gradients[1])
                                .run()) {
                    return new double[][] {
                        SeeGoldenTest.flat(result.get(0)),
                        SeeGoldenTest.flat(result.get(1)),
                        SeeGoldenTest.flat(result.get(2))
                    };
                }
            }
        }

        /** M + rho (B[i][0] u1 + sum_j B[i][j] v_(j+1)). */
        private static double[] synthetic(double[] z, double[] w, double[][] v, double[] center) {
            double c = dot(z, w);
            double[] radial = new double[z.length];
            for (int k = 0; k < z.length; k++) {
                radial[k] = z[k] - c * w[k];
            }
            double rho = Math.sqrt(dot(radial, radial));
            double[] point = new double[z.length];
            for (int k = 0; k < z.length; k++) {
                double along = center[0] * radial[k] / rho;
                for (int j = 1; j < center.length; j++) {
                    along += center[j] * v[j - 1][k];
                }
                point[k] = c * w[k] + rho * along;
            }
            return point;
        }

        private static double proxyAnchor(double[][] z, int[] labels, double[][] table, SeeSettings.Term term) {
            ProxyAnchor loss = ProxyAnchor.DEFAULT;
            double positive = 0;
            double negative = 0;
            int present = 0;
            for (int k = 0; k < table.length; k++) {
                double pull = 0;
                double push = 0;
                for (int i = 0; i < z.length; i++) {
                    double cosine = dot(z[i], table[k]);
                    pull += labels[i] == k ? Math.exp(-loss.alpha() * (cosine - loss.margin())) : 0;
                    push += labels[i] == k ? 0 : Math.exp(loss.alpha() * (cosine + loss.margin()));
                }
                int row = k;
                present += Arrays.stream(labels).anyMatch(label -> label == row) ? 1 : 0;
                positive += Math.log1p(pull);
                negative += Math.log1p(push);
            }
            double pushed = negative / table.length;
            return term == SeeSettings.Term.NEGATIVE ? pushed : positive / present + pushed;
        }

        /** Orthonormal vectors, orthogonal to w and to z. */
        private static double[][] basis(double[] z, double[] w, int count, SplittableRandom random) {
            double[][] all = new double[count + 2][];
            all[0] = w.clone();
            all[1] = z.clone();
            for (int i = 1; i < all.length; i++) {
                all[i] = i == 1 ? all[1] : gaussian(random, 1, z.length)[0];
                for (int pass = 0; pass < 2; pass++) {
                    for (int other = 0; other < i; other++) {
                        double along = dot(all[i], all[other]);
                        for (int k = 0; k < z.length; k++) {
                            all[i][k] -= along * all[other][k];
                        }
                    }
                }
                all[i] = unit(new double[][] {all[i]})[0];
            }
            return Arrays.copyOfRange(all, 2, all.length);
        }

        private static double[][] gaussian(SplittableRandom random, int rows, int d) {
            double[][] values = new double[rows][d];
            for (double[] row : values) {
                Arrays.setAll(row, k -> random.nextGaussian());
            }
            return values;
        }

        private static double[][] unit(double[][] rows) {
            double[][] unit = new double[rows.length][];
            for (int i = 0; i < rows.length; i++) {
                double norm = Math.sqrt(dot(rows[i], rows[i]) + 1e-12);
                unit[i] = Arrays.stream(rows[i]).map(value -> value / norm).toArray();
            }
            return unit;
        }

        private static double dot(double[] a, double[] b) {
            double sum = 0;
            for (int k = 0; k < a.length; k++) {
                sum += a[k] * b[k];
            }
            return sum;
        }
    }
}
