package io.sightline.indexer.search;

import io.sightline.http.ApiException;
import java.util.Map;
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
 */
record SearchRequest(
        byte @Nullable [] image,
        @Nullable String id,
        float @Nullable [] vector,
        @Nullable String version,
        @Nullable Integer k,
        @Nullable Integer ef,
        @Nullable Filter filter,
        boolean includeSelf) {

    static final int DEFAULT_K = 10;
    static final int MAX_K = 1000;
    static final int DEFAULT_EF = 100;
    static final int MAX_EF = 10_000;

    /**
     * What a neighbour must have.
     *
     * @param tags tags with these values
     * @param label this label
     */
    record Filter(
            @Nullable Map<String, String> tags, @Nullable String label) {}

    int neighbours() {
        return within("k", k == null ? DEFAULT_K : k, MAX_K);
    }

    int candidates() {
        return within("ef", ef == null ? DEFAULT_EF : ef, MAX_EF);
    }

    Map<String, String> tags() {
        return filter == null || filter.tags == null ? Map.of() : filter.tags;
    }

    @Nullable
    String label() {
        return filter == null ? null : filter.label;
    }

    private static int within(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new ApiException(400, "out-of-range", name + " must be 1 to " + most + ", not " + value);
        }
        return value;
    }
}
