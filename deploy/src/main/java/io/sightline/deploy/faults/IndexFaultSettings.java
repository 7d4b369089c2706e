package io.sightline.deploy.faults;

import java.time.Duration;

/**
 * What an indexer has to survive. The same settings give the same writes and the same moments. Immutable.
 *
 * @param writes upserts, deletions and labels that are sent
 * @param kills how often the indexer is killed
 * @param killWithin longest time from its start to its kill, or from its first answer to its kill, in turn
 * @param seed of writes and moments
 */
public record IndexFaultSettings(int writes, int kills, Duration killWithin, long seed) {

    /** Checks the ranges. */
    public IndexFaultSettings {
        if (writes < 1 || kills < 0 || killWithin.toMillis() < 1) {
            throw new IllegalArgumentException("at least one write, 0 kills or more and some time to kill within are"
                    + " needed, not " + writes + ", " + kills + " and " + killWithin);
        }
    }

    /** Time over which the writes are spread: the length of all lives of the indexer. */
    Duration spread() {
        return killWithin.multipliedBy(kills).dividedBy(2);
    }
}
