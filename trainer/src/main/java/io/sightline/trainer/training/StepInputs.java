package io.sightline.trainer.training;

import io.sightline.trainer.losses.MetricLoss;

/**
 * What a step needs beside the batch.
 *
 * @param classWeights [capacity], 1 for classes in use
 * @param reference [N, d], unit rows to stay close to; empty without a tie
 * @param step 1 for the first step
 * @param backboneStep the same of the backbone, 0 while the others learn alone
 */
record StepInputs(
        float[] classWeights,
        MetricLoss.Expansion expansion,
        float[][] reference,
        double learningRate,
        double proxyLearningRate,
        long step,
        double backboneLearningRate,
        long backboneStep) {}
