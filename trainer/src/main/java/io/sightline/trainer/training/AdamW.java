package io.sightline.trainer.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * AdamW (Loshchilov and Hutter, ICLR 2019) with gradients clamped by value, and with an explicit order that makes
 * seeded runs bit-identical: all gradients before any update, then for each weight first the decay, then Adam.
 *
 * <p>The bias corrections are fed, not kept: beta^t follows from the step. Not thread-safe.
 */
final class AdamW {

    static final float BETA1 = 0.9f;
    static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;
    private static final float CLAMP = 10f;
    private static final String FIRST_MOMENT = "adam.m.";
    private static final String SECOND_MOMENT = "adam.v.";

    private final Map<String, Variable<TFloat32>> slots = new LinkedHashMap<>();

    /**
     * A group of weights with a learning rate and a weight decay of its own.
     *
     * @param share of the learning rate that a weight has, by its name
     * @param powers of the steps that this group has made, itself among them
     */
    record Group(
            Map<String, VariableWeights.Trained> weights,
            Operand<TFloat32> learningRate,
            ToDoubleFunction<String> share,
            float weightDecay,
            Powers powers) {}

    /** beta^t of a group, scalars that are fed: t follows from the step. */
    record Powers(Placeholder<TFloat32> first, Placeholder<TFloat32> second) {

        static Powers create(Ops tf) {
            Placeholder.Options scalar = Placeholder.shape(Shape.scalar());
            return new Powers(tf.placeholder(TFloat32.class, scalar), tf.placeholder(TFloat32.class, scalar));
        }
    }

    /**
     * One step.
     *
     * @param op makes it
     * @param gradientNorm Euclidean norm of all gradients before they are clamped, a scalar
     */
    record Step(Op op, Operand<TFloat32> gradientNorm) {}

    /**
     * Adds updates to a graph; called again, for another choice of groups, with the same moments.
     *
     * @param gradients of the groups' weights, in their order
     */
    Step minimise(Ops tf, List<Operand<TFloat32>> gradients, List<Group> groups) {
        List<Operand<TFloat32>> clamped = new ArrayList<>();
        List<Operand<TFloat32>> squares = new ArrayList<>();
        for (Operand<TFloat32> gradient : gradients) {
            squares.add(tf.math.mul(tf.nn.l2Loss(gradient), tf.constant(2f)));
            clamped.add(tf.clipByValue(gradient, tf.constant(-CLAMP), tf.constant(CLAMP)));
        }
        Ops afterGradients = tf.withControlDependencies(new ArrayList<Op>(clamped));
        List<Op> updates = new ArrayList<>();
        int next = 0;
        for (Group group : groups) {
            for (Map.Entry<String, VariableWeights.Trained> weight : group.weights.entrySet()) {
                updates.add(update(tf, afterGradients, weight.getKey(), weight.getValue(), group, clamped.get(next)));
                next++;
            }
        }
        return new Step(tf.withControlDependencies(updates).noOp(), tf.math.sqrt(tf.math.addN(squares)));
    }

    /** The moments by name, zero at the start. */
    Map<String, Variable<TFloat32>> slots() {
        return slots;
    }

    /** Names of the moments of a weight. */
    static List<String> slotNames(String weight) {
        return List.of(FIRST_MOMENT + weight, SECOND_MOMENT + weight);
    }

    private Op update(
            Ops tf,
            Ops afterGradients,
            String name,
            VariableWeights.Trained weight,
            Group group,
            Operand<TFloat32> gradient) {
        Variable<TFloat32> first = slot(tf, FIRST_MOMENT + name, weight);
        Variable<TFloat32> second = slot(tf, SECOND_MOMENT + name, weight);
        double share = group.share.applyAsDouble(name);
        Operand<TFloat32> rate =
                share == 1 ? group.learningRate : tf.math.mul(group.learningRate, tf.constant((float) share));
        Operand<TFloat32> shrink = tf.math.mul(rate, tf.constant(weight.decay() ? group.weightDecay : 0));
        Op decayed = afterGradients.assignSub(
                weight.variable(), afterGradients.math.mul(afterGradients.identity(weight.variable()), shrink));
        return tf.withControlDependencies(List.of(decayed))
                .train
                .applyAdam(
                        weight.variable(),
                        first,
                        second,
                        group.powers.first,
                        group.powers.second,
                        rate,
                        tf.constant(BETA1),
                        tf.constant(BETA2),
                        tf.constant(EPSILON),
                        gradient);
    }

    private Variable<TFloat32> slot(Ops tf, String name, VariableWeights.Trained weight) {
        return slots.computeIfAbsent(name, added -> tf.variable(weight.shape(), TFloat32.class));
    }
}
