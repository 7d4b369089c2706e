package io.sightline.deploy.bench;

/**
 * The outcome of one training run.
 *
 * @param set data set
 * @param recipe how it was trained
 * @param dimensions d
 * @param seed of weights, batches and augmentation
 * @param steps optimiser steps
 * @param settings hash of everything that the recipe comes to: a recipe that changes is another run
 * @param recallAt1 share of the test queries, 0 to 1, like those that follow
 * @param stepMillis mean time of a step
 */
record QualityRun(
        String set,
        String recipe,
        int dimensions,
        long seed,
        int steps,
        String settings,
        double recallAt1,
        double recallAt2,
        double recallAt4,
        double recallAt8,
        double mapAtR,
        double stepMillis) {

    /** Which run it is, whatever came out. */
    Key key() {
        return new Key(set, recipe, dimensions, seed, steps, settings);
    }

    record Key(String set, String recipe, int dimensions, long seed, int steps, String settings) {}
}
