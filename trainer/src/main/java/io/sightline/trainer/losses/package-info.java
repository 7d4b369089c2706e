/** Losses of metric learning as graph operations, all behind {@link io.sightline.trainer.losses.MetricLoss}. */
@NullMarked
package io.sightline.trainer.losses;

import org.jspecify.annotations.NullMarked;
