package io.sightline.indexer.projection;

/**
 * How t-SNE runs. Immutable.
 *
 * @param perplexity effective number of neighbours of each point
 * @param iterations steps of gradient descent
 * @param exaggerated the first of these, in which all affinities are multiplied so that clusters form early
 */
public record TsneSettings(double perplexity, int iterations, int exaggerated) {

    /** Perplexity 30, 500 iterations, 120 of them exaggerated. */
    public static final TsneSettings DEFAULT = new TsneSettings(30, 500, 120);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public TsneSettings {
        if (perplexity < 1) {
            throw new IllegalArgumentException("perplexity must be at least 1, not " + perplexity);
        }
        if (iterations < 1 || exaggerated < 0 || exaggerated > iterations) {
            throw new IllegalArgumentException("iterations must be positive and no less than the exaggerated ones, not "
                    + iterations + " and " + exaggerated);
        }
    }
}
