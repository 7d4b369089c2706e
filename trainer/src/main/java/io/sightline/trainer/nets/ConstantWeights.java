package io.sightline.trainer.nets;

import java.util.Arrays;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Weights of a trained network as constants of a serving graph, called as the weights are. */
public final class ConstantWeights extends FixedWeights {

    private final Map<String, HostTensor> values;

    /** Takes weights by name. */
    public ConstantWeights(Map<String, HostTensor> values) {
        this.values = values;
    }

    @Override
    Operand<TFloat32> value(Ops tf, Weight weight) {
        String name = weight.name();
        HostTensor value = values.get(name);
        if (value == null || !Arrays.equals(value.shape(), weight.shape().asArray())) {
            throw new IllegalArgumentException("weight " + name + " should have shape " + weight.shape() + ", not "
                    + (value == null ? "be missing" : Shape.of(value.shape())));
        }
        return tf.withName(name).constant(weight.shape(), DataBuffers.of(value.values()));
    }
}
