package io.sightline.indexer.rollout.gates;

/**
 * What a version must show before it answers searches. Immutable.
 *
 * @param maxDeadLettered share of the images in the active index, 0 to 1, that the new one may lack because its lane
 *     made them dead letters. Images that are missing for no reason are never let pass
 * @param selfQueries images of the new index that are embedded again and searched for
 * @param holdoutQueries held-out labelled images whose nearest neighbour is looked at in both indexes
 * @param fewQueries with fewer held-out images than this nothing is concluded from them
 * @param holdoutMargin by how much Recall@1 may fall beyond chance, 0 to 1
 * @param minOverlap mean share of the ten nearest neighbours of live queries, 0 to 1, that must stay the same
 */
public record GateSettings(
        double maxDeadLettered,
        int selfQueries,
        int holdoutQueries,
        int fewQueries,
        double holdoutMargin,
        double minOverlap) {

    /** One dead letter in a hundred, 200 and 1,000 queries, no fall beyond chance, a twentieth of the neighbours. */
    public static final GateSettings DEFAULT = new GateSettings(0.01, 200, 1000, 50, 0, 0.05);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming them
     */
    public GateSettings {
        if (!isShare(maxDeadLettered) || !isShare(holdoutMargin) || !isShare(minOverlap)) {
            throw new IllegalArgumentException("gates need shares of 0 to 1, not " + maxDeadLettered
                    + " dead letters, a margin of " + holdoutMargin + " and an overlap of " + minOverlap);
        }
        if (selfQueries < 1 || holdoutQueries < 1 || fewQueries < 1) {
            throw new IllegalArgumentException(
                    "gates need at least one query, not " + selfQueries + ", " + holdoutQueries + " and " + fewQueries);
        }
    }

    private static boolean isShare(double value) {
        return value >= 0 && value <= 1;
    }
}
