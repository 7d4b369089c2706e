package io.sightline.trainer.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * An exponential moving average of the network's weights, which is served instead of the last ones (Polyak and
 * Juditsky, 1992; Izmailov et al., UAI 2018, for networks): avg = decay avg + (1 - decay) weight after each step.
 */
final class WeightAverage {

    private static final String PREFIX = "average.";

    private final double decay;
    private final Map<String, Variable<TFloat32>> slots = new LinkedHashMap<>();

    /** An average with the given decay; 0 keeps none. */
    WeightAverage(double decay) {
        this.decay = decay;
    }

    /** Name of the average of a weight. */
    static String slot(String weight) {
        return PREFIX + weight;
    }

    /** Name of the weight of an average. */
    static String weight(String slot) {
        return slot.substring(PREFIX.length());
    }

    /** Adds the averages to a graph; returns the op that makes the updates and then moves the averages. */
    Op after(Ops tf, List<Op> updates, Map<String, Variable<TFloat32>> weights) {
        if (decay == 0) {
            return tf.withControlDependencies(updates).noOp();
        }
        List<Op> moves = new ArrayList<>();
        weights.forEach((name, weight) -> {
            Variable<TFloat32> average = tf.variable(weight.asOutput().shape(), TFloat32.class);
            slots.put(slot(name), average);
            Ops then = tf.withControlDependencies(updates);
            moves.add(then.assignAdd(
                    average,
                    then.math.mul(then.math.sub(then.identity(weight), then.identity(average)), then.constant((float)
                            (1 - decay)))));
        });
        return tf.withControlDependencies(moves).noOp();
    }

    /** The averages by name. */
    Map<String, Variable<TFloat32>> slots() {
        return slots;
    }
}
