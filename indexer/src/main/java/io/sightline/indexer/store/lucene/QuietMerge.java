package io.sightline.indexer.store.lucene;

import java.io.IOException;
import java.time.Duration;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;

/**
 * Merges all segments to one while the stream rests. That costs in proportion to the index, and is for nothing when the
 * next write comes: the larger it is the longer the stream must have rested, 5 s and another for each 10,000 images, and
 * twenty times that for a few images that have come to many.
 */
final class QuietMerge {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int IMAGES_PER_MILLISECOND = 10;
    private static final double SMALL_SHARE = 0.05;
    private static final long MORE_PATIENCE = 20;

    private final IndexWriter writer;
    private final SearcherManager searchers;

    QuietMerge(IndexWriter writer, SearcherManager searchers) {
        this.writer = writer;
        this.searchers = searchers;
    }

    /**
     * Begins a merge if it is time for one, and brings one that has ended to the disk, once a refresh has brought it to
     * searches.
     *
     * @param since how long nothing has been written
     */
    void rest(Duration since) throws IOException {
        if (since.compareTo(PATIENCE) < 0) {
            return;
        }
        IndexSearcher searcher = searchers.acquire();
        try {
            IndexReader reader = searcher.getIndexReader();
            if (since.toMillis() >= patienceMillis(reader)) {
                writer.forceMerge(1, false);
            } else if (reader.leaves().size() == 1 && writer.hasUncommittedChanges()) {
                writer.commit();
            }
        } finally {
            searchers.release(searcher);
        }
    }

    /** How long the stream must have rested before all is merged; for ever if there is nothing to merge. */
    private static long patienceMillis(IndexReader reader) {
        if (reader.leaves().size() < 2) {
            return Long.MAX_VALUE;
        }
        int largest = reader.leaves().stream()
                .mapToInt(leaf -> leaf.reader().maxDoc())
                .max()
                .orElseThrow();
        long whole = PATIENCE.toMillis() + reader.maxDoc() / IMAGES_PER_MILLISECOND;
        return reader.maxDoc() - largest < SMALL_SHARE * reader.maxDoc() ? MORE_PATIENCE * whole : whole;
    }
}
