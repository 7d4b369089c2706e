package io.sightline.trainer.nets;

import java.util.Arrays;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Weights of a trained network as constants of a serving graph, called as the weights are. */
public final class ConstantWeights implements Weights {

    private final Map<String, HostTensor> values;

    /** Takes weights by name. */
    public ConstantWeights(Map<String, HostTensor> values) {
        this.values = values;
    }

    @Override
    public Operand<TFloat32> trained(Ops tf, Weight weight) {
        return constant(tf, weight.name(), weight.shape());
    }

    @Override
    public Operand<TFloat32> observed(Ops tf, Weight weight) {
        return constant(tf, weight.name(), weight.shape());
    }

    @Override
    public void observe(Ops tf, String name, Operand<TFloat32> batchValue) {
        throw new IllegalStateException("a served network observes nothing, but " + name + " was to change");
    }

    @Override
    public boolean isTraining() {
        return false;
    }

    @Override
    public boolean usesBatchStatistics() {
        return false;
    }

    private Operand<TFloat32> constant(Ops tf, String name, Shape shape) {
        HostTensor value = values.get(name);
        if (value == null || !Arrays.equals(value.shape(), shape.asArray())) {
            throw new IllegalArgumentException("weight " + name + " should have shape " + shape + ", not "
                    + (value == null ? "be missing" : Shape.of(value.shape())));
        }
        return tf.withName(name).constant(shape, DataBuffers.of(value.values()));
    }
}
