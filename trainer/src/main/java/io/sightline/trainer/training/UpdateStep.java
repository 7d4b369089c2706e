package io.sightline.trainer.training;

import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.op.Op;
import org.tensorflow.types.TFloat32;

/**
 * What makes a step.
 *
 * @param op makes it
 * @param gradientNorm Euclidean norm of all gradients before they are clamped, a scalar
 * @param parts what comes first, for each part of the batch; null where batches are trained on at once
 */
record UpdateStep(Op op, Operand<TFloat32> gradientNorm, GradientCache.@Nullable Parts parts) {}
