/** Optimiser steps: the training graph, AdamW, batches, augmentation, checkpoints. */
@NullMarked
package io.sightline.trainer.training;

import org.jspecify.annotations.NullMarked;
