package io.sightline.trainer.report;

/**
 * Two classes of the holdout that the network takes for each other.
 *
 * @param label the class that was searched for
 * @param takenFor the class of wrong nearest neighbours
 * @param wrong queries of the one whose nearest neighbour is of the other
 * @param queries all queries of the class
 * @param query an image of the class
 * @param neighbour its nearest neighbour, likewise
 */
public record ConfusedClasses(
        String label, String takenFor, int wrong, int queries, HoldoutImage query, HoldoutImage neighbour) {}
