package io.sightline.indexer.indexing;

import java.time.Duration;

/**
 * How a version's index is kept. Immutable.
 *
 * @param refreshInterval how long a write may stay invisible, unless the index is far behind its topic
 * @param commitInterval how long it may otherwise; also how often the index is tidied up
 */
public record IndexingSettings(Duration refreshInterval, Duration commitInterval) {

    /** On disk and visible after 500 ms; after 1 s while the index is far behind. */
    public static final IndexingSettings DEFAULT = new IndexingSettings(Duration.ofMillis(500), Duration.ofSeconds(1));
}
