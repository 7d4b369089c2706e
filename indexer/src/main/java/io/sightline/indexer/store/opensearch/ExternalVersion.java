package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreException;

/**
 * A revision as one number that OpenSearch compares: it takes a document only if its external version is above the stored
 * one. The upper 32 bits are the embedding's offset, the lower 31 the label's, so it grows as revisions do.
 */
final class ExternalVersion {

    private static final int LABEL_BITS = 31;
    private static final long MOST_LABELS = (1L << LABEL_BITS) - 1;
    private static final long MOST_EMBEDDINGS = (1L << (Long.SIZE - 1 - LABEL_BITS)) - 1;

    private ExternalVersion() {}

    /**
     * Above 0.
     *
     * @throws StoreException if an offset is beyond what fits: four billion embeddings in a partition, two billion labels
     */
    static long of(Revision revision) {
        if (revision.embedding() > MOST_EMBEDDINGS || revision.label() > MOST_LABELS) {
            throw new StoreException(
                    "offset " + (revision.embedding() - 1) + " of an embedding with label offset " + revision.label()
                            + " is beyond what OpenSearch can compare (" + MOST_EMBEDDINGS + ", " + MOST_LABELS
                            + "): let a new version begin a new topic, give the labels topic more partitions, or use"
                            + " the Lucene store",
                    null);
        }
        return (revision.embedding() << LABEL_BITS) | revision.label();
    }
}
