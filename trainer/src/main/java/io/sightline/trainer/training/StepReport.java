package io.sightline.trainer.training;

/**
 * What one step showed.
 *
 * @param batchLoss loss on the batch
 * @param syntheticLoss loss on the synthetic embeddings, unweighted; 0 where nothing is expanded
 * @param ownCosine mean cosine to the own proxy
 * @param gradientNorm Euclidean norm of all gradients before they are clamped
 * @param syntheticShare share of the batch that may be expanded, 0 to 1
 * @param tieDistance mean of 1 - cosine to the reference embedding, NaN without a tie
 * @param sampleMillis time to choose and augment the batch
 * @param millis time of the whole step
 * @param images in the batch
 */
public record StepReport(
        double batchLoss,
        double syntheticLoss,
        double ownCosine,
        double gradientNorm,
        double syntheticShare,
        double tieDistance,
        double sampleMillis,
        double millis,
        int images) {

    StepReport withTimes(double sample, double whole, int size) {
        return new StepReport(
                batchLoss, syntheticLoss, ownCosine, gradientNorm, syntheticShare, tieDistance, sample, whole, size);
    }
}
