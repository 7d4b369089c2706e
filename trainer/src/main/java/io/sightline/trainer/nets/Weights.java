package io.sightline.trainer.nets;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Where a network's weights come from: variables while it is trained, constants when it is served. The network is
 * written once for both.
 */
public interface Weights {

    /** A weight that is trained. */
    Operand<TFloat32> trained(Ops tf, Weight weight);

    /** A statistic that is observed, for instance a running mean. */
    Operand<TFloat32> observed(Ops tf, Weight weight);

    /** While training: moves an observed statistic towards what the present batch shows. */
    void observe(Ops tf, String name, Operand<TFloat32> batchValue);

    /** Whether gradients are taken: some layers have a form that is faster then. */
    boolean isTraining();

    /** Whether batch norms take the statistics of their batch, and observe them; else the running ones. */
    boolean usesBatchStatistics();
}
