package io.sightline.indexer.store;

import java.util.Comparator;

/**
 * How new a document is: up to where the two topics that it is made of had been read. A document made again from an
 * older place of either topic has a lower revision, which is how a store tells a replay from news. Immutable.
 *
 * @param partition of the version's embeddings topic; an id is always in the same one
 * @param embedding offset behind the embedding or tombstone, at least 1
 * @param label offset behind the newest label that was known, 0 if there is none
 */
public record Revision(int partition, long embedding, long label) implements Comparable<Revision> {

    private static final Comparator<Revision> ORDER =
            Comparator.comparingLong(Revision::embedding).thenComparingLong(Revision::label);

    /** Checks the ranges. */
    public Revision {
        if (partition < 0 || embedding < 1 || label < 0) {
            throw new IllegalArgumentException(
                    "no revision: partition " + partition + ", embedding " + embedding + ", label " + label);
        }
    }

    /** By embedding, then by label. Only revisions of one id can be compared. */
    @Override
    public int compareTo(Revision other) {
        return ORDER.compare(this, other);
    }

    /** Whether this is news to who has the other. */
    public boolean isAfter(Revision other) {
        return compareTo(other) > 0;
    }

    /** The same embedding with another label. */
    public Revision withLabel(long other) {
        return new Revision(partition, embedding, other);
    }
}
