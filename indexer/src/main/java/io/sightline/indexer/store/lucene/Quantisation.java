package io.sightline.indexer.store.lucene;

import java.util.Locale;

/**
 * What the graph search of an index reads of a vector. What it finds is ranked by the full vectors, which stay on disk: the
 * fewer bits, the less memory, and the more candidates are worth their while. For many dimensions; below about 256 the full
 * vectors are as fast and more exact.
 */
public enum Quantisation {
    /** All of it, 32 bits of each dimension. */
    NONE,
    /** 8 bits of each dimension. */
    BITS8,
    /** 4 bits of each dimension. */
    BITS4,
    /** One bit of each dimension, four of the query's. */
    BITS1;

    /** As it is written in the index and in settings. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
