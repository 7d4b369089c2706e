package io.sightline.trainer.nets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

class LayersTest {

    private static final int TO = 3;

    @BeforeAll
    static void load() {
        NativeTensorFlow.load();
    }

    @ParameterizedTest
    @CsvSource({
        "8, 1, VALID, true",
        "8, 1, VALID, false",
        "7, 1, VALID, true",
        "7, 1, VALID, false",
        "8, 6, VALID, true",
        "7, 6, VALID, true",
        "8, 1, SAME, true",
        "8, 1, SAME, false",
        "7, 1, SAME, true",
        "7, 1, SAME, false",
        "8, 6, SAME, true",
        "2, 1, VALID, true",
        "1, 6, SAME, true"
    })
    void shouldPoolAlikeInTrainingAndInServing(int side, int from, Layers.Padding padding, boolean training) {
        SplittableRandom random = new SplittableRandom(side);
        float[] image = negative(random, side * side * from);
        float[] kernel = negative(random, 9 * from * TO);
        // All sums are negative, so that a pooling that pads by zeros would be seen.
        for (int i = 0; i < image.length; i++) {
            image[i] = -image[i];
        }
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat32> x = tf.constant(Shape.of(1, side, side, from), DataBuffers.of(image));
            Weights weights = new Phase(training, tf.constant(Shape.of(3, 3, from, TO), DataBuffers.of(kernel)));
            Operand<TFloat32> pooled =
                    new Layers(tf, weights).pooledConvolution3x3("layer", x, side, from, TO, padding);
            try (Session session = new Session(graph);
                    Result result = session.runner().fetch(pooled).run()) {
                float[] expected = maxima(convolved(image, kernel, side, from), side, padding);
                assertThat(HostTensor.copyOf(result.get(0)).values()).containsExactly(expected, within(1e-4f));
            }
        }
    }

    private static float[] negative(SplittableRandom random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (-1 - random.nextDouble());
        }
        return values;
    }

    private static float[] convolved(float[] image, float[] kernel, int side, int from) {
        float[] result = new float[side * side * TO];
        for (int i = 0; i < result.length; i++) {
            int to = i % TO;
            int column = i / TO % side;
            int row = i / TO / side;
            for (int y = Math.max(0, row - 1); y < Math.min(side, row + 2); y++) {
                for (int z = Math.max(0, column - 1); z < Math.min(side, column + 2); z++) {
                    for (int c = 0; c < from; c++) {
                        int weight = (((y - row + 1) * 3 + z - column + 1) * from + c) * TO + to;
                        result[i] += image[(y * side + z) * from + c] * kernel[weight];
                    }
                }
            }
        }
        return result;
    }

    private static float[] maxima(float[] map, int side, Layers.Padding padding) {
        int half = padding == Layers.Padding.SAME ? (side + 1) / 2 : side / 2;
        float[] maxima = new float[half * half * TO];
        for (int i = 0; i < maxima.length; i++) {
            int c = i % TO;
            int column = i / TO % half;
            int row = i / TO / half;
            float largest = Float.NEGATIVE_INFINITY;
            for (int y = 2 * row; y < Math.min(side, 2 * row + 2); y++) {
                for (int z = 2 * column; z < Math.min(side, 2 * column + 2); z++) {
                    largest = Math.max(largest, map[(y * side + z) * TO + c]);
                }
            }
            maxima[i] = largest;
        }
        return maxima;
    }

    private record Phase(boolean isTraining, Operand<TFloat32> kernel) implements Weights {

        @Override
        public Operand<TFloat32> trained(Ops tf, Weight weight) {
            return kernel;
        }

        @Override
        public Operand<TFloat32> observed(Ops tf, Weight weight) {
            throw new AssertionError(weight.name());
        }

        @Override
        public boolean usesBatchStatistics() {
            return isTraining;
        }

        @Override
        public void observe(Ops tf, String name, Operand<TFloat32> batchValue) {
            throw new AssertionError(name);
        }
    }
}
