package io.sightline.trainer.nets;

import java.util.random.RandomGenerator;
import org.tensorflow.ndarray.Shape;

/** How a weight starts. */
public sealed interface Initial {

    /** Draws or fills a tensor. */
    HostTensor draw(Shape shape, RandomGenerator random);

    /** Every entry the same. */
    record Constant(float value) implements Initial {
        @Override
        public HostTensor draw(Shape shape, RandomGenerator random) {
            float[] values = new float[(int) shape.size()];
            java.util.Arrays.fill(values, value);
            return new HostTensor(shape.asArray(), values);
        }
    }

    /** Normal with the given deviation. */
    record Deviation(double deviation) implements Initial {
        @Override
        public HostTensor draw(Shape shape, RandomGenerator random) {
            float[] values = new float[(int) shape.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
            return new HostTensor(shape.asArray(), values);
        }
    }

    /** Normal with variance gain / fan-in (He et al., ICCV 2015, for gain 2). */
    record Normal(double gain, long fanIn) implements Initial {
        @Override
        public HostTensor draw(Shape shape, RandomGenerator random) {
            return new Deviation(Math.sqrt(gain / fanIn)).draw(shape, random);
        }
    }
}
