package io.sightline.indexer.indexing;

import java.time.Duration;

/**
 * How a version's index is kept. Immutable.
 *
 * @param refreshInterval how long a write may stay invisible, unless the index is far behind its topic
 * @param commitInterval how much is read again after a crash; how long a write may stay invisible otherwise
 */
public record IndexingSettings(Duration refreshInterval, Duration commitInterval) {

    /** Visible within 500 ms, durable within 1 s. */
    public static final IndexingSettings DEFAULT = new IndexingSettings(Duration.ofMillis(500), Duration.ofSeconds(1));
}
