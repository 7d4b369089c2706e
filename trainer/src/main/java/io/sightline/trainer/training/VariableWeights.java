package io.sightline.trainer.training;

import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Initial;
import io.sightline.trainer.nets.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/** Weights as variables of a training graph. Not thread-safe. */
final class VariableWeights implements Weights {

    /** Share of a running statistic that the present batch replaces. */
    private static final float OBSERVATION_RATE = 0.1f;

    private final Map<String, Trained> trained = new LinkedHashMap<>();
    private final Map<String, Variable<TFloat32>> observed = new LinkedHashMap<>();
    private final Map<String, HostTensor> initial = new LinkedHashMap<>();
    private final List<Op> observations = new ArrayList<>();
    private final RandomGenerator random;

    VariableWeights(RandomGenerator random) {
        this.random = random;
    }

    /** A trained variable and how the optimiser treats it. */
    record Trained(Variable<TFloat32> variable, Operand<TFloat32> value, Shape shape, boolean decay) {}

    @Override
    public Operand<TFloat32> trained(Ops tf, String name, Shape shape, Initial start, boolean decay) {
        return trained(tf, name, variable(tf, name, shape, start), shape, decay);
    }

    /**
     * A trained table that starts with the given rows of zeros and can be replaced by one of another height. Variables
     * take a shape that is known, or none at all: one with unknown rows alone is refused by TensorFlow when it runs.
     *
     * @param width length of a row
     */
    Operand<TFloat32> trainedTable(Ops tf, String name, long rows, long width) {
        initial.put(name, HostTensor.zeros(Shape.of(rows, width)));
        return trained(tf, name, tf.variable(Shape.unknown(), TFloat32.class), Shape.unknown(), false);
    }

    private Operand<TFloat32> trained(Ops tf, String name, Variable<TFloat32> variable, Shape shape, boolean decay) {
        // Never fed directly: the reference type of a variable crashes some gradients.
        Operand<TFloat32> value = tf.identity(variable);
        trained.put(name, new Trained(variable, value, shape, decay));
        return value;
    }

    @Override
    public Operand<TFloat32> observed(Ops tf, String name, Shape shape, Initial start) {
        Variable<TFloat32> variable = variable(tf, name, shape, start);
        observed.put(name, variable);
        return tf.identity(variable);
    }

    @Override
    public void observe(Ops tf, String name, Operand<TFloat32> batchValue) {
        Variable<TFloat32> variable = observed.get(name);
        if (variable == null) {
            throw new IllegalStateException("there is no statistic " + name);
        }
        Operand<TFloat32> change =
                tf.math.mul(tf.math.sub(batchValue, tf.identity(variable)), tf.constant(OBSERVATION_RATE));
        observations.add(tf.assignAdd(variable, change));
    }

    @Override
    public boolean isTraining() {
        return true;
    }

    Map<String, Trained> trained() {
        return trained;
    }

    /** Updates of the running statistics, part of a step. */
    List<Op> observations() {
        return observations;
    }

    /** All variables of the network by name. */
    Map<String, Variable<TFloat32>> variables() {
        Map<String, Variable<TFloat32>> all = new LinkedHashMap<>();
        trained.forEach((name, weight) -> all.put(name, weight.variable));
        all.putAll(observed);
        return all;
    }

    /** Their first values, drawn in the order in which the network asked for them. */
    Map<String, HostTensor> initial() {
        return initial;
    }

    private Variable<TFloat32> variable(Ops tf, String name, Shape shape, Initial start) {
        if (initial.put(name, start.draw(shape, random)) != null) {
            throw new IllegalArgumentException("two weights are called " + name);
        }
        return tf.variable(shape, TFloat32.class);
    }
}
