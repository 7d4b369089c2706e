package io.sightline.trainer.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * An exponential moving average of the network's weights, which is served instead of the last ones (Polyak and
 * Juditsky, 1992; Izmailov et al., UAI 2018, for networks): avg = decay avg + (1 - decay) weight after each step. The
 * decay begins low, min(decay, (1 + t) / (10 + t)), so that the initial weights are soon forgotten.
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

    /** Share of the weight that enters the average after step t, 1 for the first. */
    double share(long step) {
        return 1 - Math.min(decay, (1.0 + step) / (10.0 + step));
    }

    /**
     * Adds the averages to a graph; called again, for other updates, the same ones.
     *
     * @param share see {@link #share}
     * @return the op that makes the updates and then moves the averages
     */
    Op after(Ops tf, Operand<TFloat32> share, List<Op> updates, Map<String, Variable<TFloat32>> weights) {
        if (decay == 0) {
            return tf.withControlDependencies(updates).noOp();
        }
        List<Op> moves = new ArrayList<>();
        weights.forEach((name, weight) -> {
            Variable<TFloat32> average = slots.computeIfAbsent(
                    slot(name), added -> tf.variable(weight.asOutput().shape(), TFloat32.class));
            Ops then = tf.withControlDependencies(updates);
            moves.add(then.assignAdd(
                    average, then.math.mul(then.math.sub(then.identity(weight), then.identity(average)), share)));
        });
        return tf.withControlDependencies(moves).noOp();
    }

    /** The averages by name. */
    Map<String, Variable<TFloat32>> slots() {
        return slots;
    }
}
