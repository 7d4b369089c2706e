package io.sightline.trainer.nets;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Where a network's weights come from: variables while it is trained, constants when it is served. The network is
 * written once for both.
 */
public interface Weights {

    /** A weight that is trained. Decay is for kernels, not for biases and norms. */
    Operand<TFloat32> trained(Ops tf, String name, Shape shape, Initial initial, boolean decay);

    /** A statistic that is observed, for instance a running mean. */
    Operand<TFloat32> observed(Ops tf, String name, Shape shape, Initial initial);

    /** While training: moves an observed statistic towards what the present batch shows. */
    void observe(Ops tf, String name, Operand<TFloat32> batchValue);

    /** Whether batch statistics are used, and observed. */
    boolean isTraining();
}
