package io.sightline.trainer.nets;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Notes which weights a network asks for. Not thread-safe. */
final class WeightList implements Weights {

    private final List<Weight> all = new ArrayList<>();

    List<Weight> all() {
        return List.copyOf(all);
    }

    @Override
    public Operand<TFloat32> trained(Ops tf, Weight weight) {
        return placeholder(tf, weight);
    }

    @Override
    public Operand<TFloat32> observed(Ops tf, Weight weight) {
        return placeholder(tf, weight);
    }

    @Override
    public void observe(Ops tf, String name, Operand<TFloat32> batchValue) {
        throw new IllegalStateException("nothing is observed here, but " + name + " was to change");
    }

    @Override
    public boolean isTraining() {
        return false;
    }

    @Override
    public boolean usesBatchStatistics() {
        return false;
    }

    private Operand<TFloat32> placeholder(Ops tf, Weight weight) {
        all.add(weight);
        return tf.placeholder(TFloat32.class, Placeholder.shape(weight.shape()));
    }
}
