package io.sightline.trainer.report;

/**
 * One point of the training curves: means over the steps since the point before.
 *
 * @param step steps since the initial network
 * @param batchLoss loss on the batch
 * @param syntheticLoss loss on the synthetic embeddings, unweighted
 * @param syntheticShare share of the batch that is expanded, 0 to 1
 * @param ownCosine cosine of a sample to its own proxy
 * @param gradientNorm Euclidean norm of all gradients before they are clamped
 * @param learningRateFactor share of the peak learning rate, 0 to 1
 * @param stepMillis time of a step
 * @param sampleMillis of which choosing and augmenting the batch
 * @param imagesPerSecond images trained on
 */
public record CurvePoint(
        long step,
        double batchLoss,
        double syntheticLoss,
        double syntheticShare,
        double ownCosine,
        double gradientNorm,
        double learningRateFactor,
        double stepMillis,
        double sampleMillis,
        double imagesPerSecond) {}
