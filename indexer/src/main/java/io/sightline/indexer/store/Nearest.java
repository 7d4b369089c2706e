package io.sightline.indexer.store;

import java.util.List;

/**
 * The nearest neighbours, and what it took to find them. Immutable, but for what {@link Hit} reads later.
 *
 * @param hits by score, and those of one score by id
 * @param trace what it took
 */
public record Nearest(List<Hit> hits, Trace trace) {

    /** Copies the hits. */
    public Nearest {
        hits = List.copyOf(hits);
    }

    /**
     * What a search took.
     *
     * @param store what kind of store answered
     * @param ef candidates that the graph search kept in the end, at least as many as were asked for
     * @param candidates images that were ranked
     * @param segments parts of the store that were searched one after the other
     */
    public record Trace(String store, int ef, int candidates, int segments) {}
}
