package io.sightline.trainer.nets;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** Weights of a network that is not trained: all are asked for alike, and none is observed. */
abstract sealed class FixedWeights implements Weights permits ConstantWeights, WeightList {

    /** The weight in a graph. */
    abstract Operand<TFloat32> value(Ops tf, Weight weight);

    @Override
    public final Operand<TFloat32> trained(Ops tf, Weight weight) {
        return value(tf, weight);
    }

    @Override
    public final Operand<TFloat32> observed(Ops tf, Weight weight) {
        return value(tf, weight);
    }

    @Override
    public final void observe(Ops tf, String name, Operand<TFloat32> batchValue) {
        throw new IllegalStateException("nothing is observed here, but " + name + " was to change");
    }

    @Override
    public final boolean isTraining() {
        return false;
    }

    @Override
    public final boolean usesBatchStatistics() {
        return false;
    }
}
