package io.sightline.trainer.training;

import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Weight;
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
    private final Map<String, HostTensor> pretrained;
    private final boolean usesBatchStatistics;

    /** Weights that start at random. */
    VariableWeights(RandomGenerator random) {
        this(random, Map.of(), true);
    }

    /**
     * Weights that start with what is given, and at random where nothing is.
     *
     * @param pretrained by name
     * @param usesBatchStatistics whether batch norms take the statistics of their batch
     */
    VariableWeights(RandomGenerator random, Map<String, HostTensor> pretrained, boolean usesBatchStatistics) {
        this.random = random;
        this.pretrained = pretrained;
        this.usesBatchStatistics = usesBatchStatistics;
    }

    /** A trained variable and how the optimiser treats it. */
    record Trained(Variable<TFloat32> variable, Operand<TFloat32> value, Shape shape, boolean decay) {}

    @Override
    public Operand<TFloat32> trained(Ops tf, Weight weight) {
        return trained(tf, weight.name(), variable(tf, weight), weight.shape(), weight.decays());
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
    public Operand<TFloat32> observed(Ops tf, Weight weight) {
        Variable<TFloat32> variable = variable(tf, weight);
        observed.put(weight.name(), variable);
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

    @Override
    public boolean usesBatchStatistics() {
        return usesBatchStatistics;
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

    private Variable<TFloat32> variable(Ops tf, Weight weight) {
        HostTensor given = pretrained.get(weight.name());
        HostTensor start = given == null ? weight.initial().draw(weight.shape(), random) : given;
        if (!Shape.of(start.shape()).equals(weight.shape())) {
            throw new IllegalArgumentException("weight " + weight.name() + " should have shape " + weight.shape()
                    + ", but what it is to start with has " + Shape.of(start.shape()));
        }
        if (initial.put(weight.name(), start) != null) {
            throw new IllegalArgumentException("two weights are called " + weight.name());
        }
        return tf.variable(weight.shape(), TFloat32.class);
    }
}
