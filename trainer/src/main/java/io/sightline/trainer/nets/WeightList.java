package io.sightline.trainer.nets;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** Notes which weights a network asks for. Not thread-safe. */
final class WeightList extends FixedWeights {

    private final List<Weight> all = new ArrayList<>();

    List<Weight> all() {
        return List.copyOf(all);
    }

    @Override
    Operand<TFloat32> value(Ops tf, Weight weight) {
        all.add(weight);
        return tf.placeholder(TFloat32.class, Placeholder.shape(weight.shape()));
    }
}
