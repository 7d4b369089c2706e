package io.sightline.indexer.search;

import io.sightline.http.ApiException;
import io.sightline.indexer.store.Filter;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/search}. Exactly one of image, id and vector is given.
 *
 * @param image encoded image, base64 in JSON
 * @param id id of an indexed image; it is left out of the answer unless includeSelf is true
 * @param vector unit vector of length d; needs the version whose space it lives in
 * @param version version that the vector is of, or that the answer must come from
 * @param k neighbours wanted, 10 by default, 1 to 1,000
 * @param ef candidates of the graph search, 100 by default, up to 10,000
 * @param filter what a neighbour must have
 * @param includeSelf whether the image searched by id may be its own neighbour
 * @param diversify null for as many of a label as there are
 * @param after the {@code next} of an answer to the same query, for the page behind it; null for the first
 * @param explain whether the answer says how it came to be
 */
record SearchRequest(
        byte @Nullable [] image,
        @Nullable String id,
        float @Nullable [] vector,
        @Nullable String version,
        @Nullable Integer k,
        @Nullable Integer ef,
        @Nullable FilterRequest filter,
        boolean includeSelf,
        @Nullable Diversify diversify,
        @Nullable String after,
        boolean explain) {

    static final int DEFAULT_K = 10;
    static final int MAX_K = 1000;
    static final int DEFAULT_EF = 100;
    /** The graph search keeps no more, so this is also how deep pages go. */
    static final int MAX_EF = 10_000;

    /** Of {@link #mostPerLabel()}. */
    static final int NO_LIMIT = 0;

    int neighbours() {
        return within("k", k == null ? DEFAULT_K : k, MAX_K);
    }

    int candidates() {
        return within("ef", ef == null ? DEFAULT_EF : ef, MAX_EF);
    }

    /** Neighbours of one label at most, or {@link #NO_LIMIT}. */
    int mostPerLabel() {
        return diversify == null ? NO_LIMIT : diversify.mostPerLabel();
    }

    Filter required() {
        return filter == null ? Filter.NONE : filter.filter();
    }

    private static int within(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new ApiException(400, "out-of-range", name + " must be 1 to " + most + ", not " + value);
        }
        return value;
    }
}
