package io.sightline.trainer.training;

/**
 * What a step showed.
 *
 * @param batchLoss Proxy-Anchor on the batch
 * @param syntheticLoss Proxy-Anchor on the synthetics
 * @param ownCosine mean cosine of a sample to its own proxy
 */
public record StepReport(double batchLoss, double syntheticLoss, double ownCosine) {}
