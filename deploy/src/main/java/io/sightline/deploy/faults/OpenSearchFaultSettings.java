package io.sightline.deploy.faults;

import java.util.List;

/**
 * What a cluster of three OpenSearch nodes has to survive. Immutable.
 *
 * @param vectors that are written before
 * @param victims one run for each
 * @param seed of vectors and writes
 */
public record OpenSearchFaultSettings(int vectors, List<Victim> victims, long seed) {

    /** Checks the range. */
    public OpenSearchFaultSettings {
        victims = List.copyOf(victims);
        if (vectors < 1 || victims.isEmpty()) {
            throw new IllegalArgumentException(
                    "at least one vector and one run are needed, not " + vectors + " and " + victims);
        }
    }

    /** Which node is killed. */
    public enum Victim {
        /** The one that has the primary of the index. */
        PRIMARY,
        /** The one that manages the cluster. */
        MANAGER
    }
}
