package io.sightline.indexer.indexing;

import io.sightline.indexer.store.lucene.Quantisation;
import java.time.Duration;

/**
 * How a version's index is kept. Immutable.
 *
 * @param refreshInterval how long a write may stay invisible
 * @param commitInterval how much is read again after a crash
 * @param quantisation what the graph search reads of the vectors; an index of another one is built anew
 */
public record IndexingSettings(Duration refreshInterval, Duration commitInterval, Quantisation quantisation) {

    /** Visible within 500 ms, durable within 2 s, full vectors. */
    public static final IndexingSettings DEFAULT = new IndexingSettings(Duration.ofMillis(500), Duration.ofSeconds(2));

    /** Full vectors. */
    public IndexingSettings(Duration refreshInterval, Duration commitInterval) {
        this(refreshInterval, commitInterval, Quantisation.NONE);
    }

    /** The same with another quantisation. */
    public IndexingSettings with(Quantisation other) {
        return new IndexingSettings(refreshInterval, commitInterval, other);
    }
}
