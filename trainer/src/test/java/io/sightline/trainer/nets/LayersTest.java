package io.sightline.trainer.nets;

import static org.assertj.core.api.Assertions.assertThat;

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

    private static final int CHANNELS = 3;

    @BeforeAll
    static void load() {
        NativeTensorFlow.load();
    }

    @ParameterizedTest
    @CsvSource({
        "8, VALID, true",
        "8, VALID, false",
        "7, VALID, true",
        "7, VALID, false",
        "8, SAME, true",
        "8, SAME, false",
        "7, SAME, true",
        "7, SAME, false",
        "1, SAME, true"
    })
    void shouldPoolAlikeInTrainingAndInServing(int side, Layers.Padding padding, boolean training) {
        float[] image = new float[side * side * CHANNELS];
        SplittableRandom random = new SplittableRandom(side);
        for (int i = 0; i < image.length; i++) {
            // Below zero, so that a padding by zeros would be seen.
            image[i] = (float) (-1 - random.nextDouble());
        }
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Operand<TFloat32> x = tf.constant(Shape.of(1, side, side, CHANNELS), DataBuffers.of(image));
            Operand<TFloat32> pooled = new Layers(tf, new Phase(training)).maxPool2x2(x, side, CHANNELS, padding);
            try (Session session = new Session(graph);
                    Result result = session.runner().fetch(pooled).run()) {
                HostTensor actual = HostTensor.copyOf(result.get(0));
                assertThat(actual.values()).containsExactly(maxima(image, side, padding));
            }
        }
    }

    private static float[] maxima(float[] image, int side, Layers.Padding padding) {
        int half = padding == Layers.Padding.SAME ? (side + 1) / 2 : side / 2;
        float[] maxima = new float[half * half * CHANNELS];
        for (int i = 0; i < maxima.length; i++) {
            int c = i % CHANNELS;
            int column = i / CHANNELS % half;
            int row = i / CHANNELS / half;
            float largest = Float.NEGATIVE_INFINITY;
            for (int y = 2 * row; y < Math.min(side, 2 * row + 2); y++) {
                for (int z = 2 * column; z < Math.min(side, 2 * column + 2); z++) {
                    largest = Math.max(largest, image[(y * side + z) * CHANNELS + c]);
                }
            }
            maxima[i] = largest;
        }
        return maxima;
    }

    /** Pooling has no weights. */
    private record Phase(boolean isTraining) implements Weights {

        @Override
        public Operand<TFloat32> trained(Ops tf, String name, Shape shape, Initial initial, boolean decay) {
            throw new AssertionError(name);
        }

        @Override
        public Operand<TFloat32> observed(Ops tf, String name, Shape shape, Initial initial) {
            throw new AssertionError(name);
        }

        @Override
        public void observe(Ops tf, String name, Operand<TFloat32> batchValue) {
            throw new AssertionError(name);
        }
    }
}
