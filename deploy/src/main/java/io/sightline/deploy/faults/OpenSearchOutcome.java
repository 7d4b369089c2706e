package io.sightline.deploy.faults;

/**
 * What became of a cluster one of whose nodes was killed.
 *
 * @param victim which node was killed
 * @param node its name
 * @param wasBoth whether it had the primary and managed the cluster as well
 * @param acknowledgedDuring documents that were acknowledged between the kill and the restart of the node
 * @param writesResumedSeconds from the kill to the first commit after it
 * @param searches from the kill to the end
 * @param greenSeconds from the restart of the node until every copy was there again
 * @param loss after all of it
 */
record OpenSearchOutcome(
        OpenSearchFaultSettings.Victim victim,
        String node,
        boolean wasBoth,
        int acknowledgedDuring,
        double writesResumedSeconds,
        OpenSearchSearches.Summary searches,
        double greenSeconds,
        OpenSearchWrites.Loss loss) {

    boolean isClean() {
        return loss.isNone() && searches.answered() > 0 && acknowledgedDuring > 0;
    }
}
