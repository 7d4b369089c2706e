package io.sightline.indexer.search;

import io.sightline.http.ApiException;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.indexer.store.Filter;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.NearestQuery.After;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Answers searches, each from one version. Thread-safe. */
final class SearchService {

    private final ServingSwitch serving;
    private final LiveQueries liveQueries;

    SearchService(ServingSwitch serving, LiveQueries liveQueries) {
        this.serving = serving;
        this.liveQueries = liveQueries;
    }

    /**
     * Searches.
     *
     * @throws ApiException 400 for a request that says too little or too much, 404 for an unknown id, 409 for a vector, a
     *     cursor or a demand of another version, 413, 415 or 422 for an image that cannot be embedded
     */
    SearchAnswer search(SearchRequest request) {
        requireOneQuery(request);
        SearchAnswer answer = serving.answer(version -> search(request, version));
        liveQueries.note(request.id(), request.image());
        return answer;
    }

    /** Searches in one version. */
    static SearchAnswer search(SearchRequest request, Serving version) {
        requireOneQuery(request);
        long start = System.nanoTime();
        int mostPerLabel = request.mostPerLabel();
        Filter filter = request.required();
        @Nullable Cursor cursor = request.after() == null ? null : Cursor.parse(request.after());
        QueryVector asked = QueryVector.of(request, version);
        long embedded = System.nanoTime();
        long fingerprint = QueryFingerprint.of(request, asked.vector(), filter);
        if (cursor != null) {
            cursor.requireVersions(version.version(), asked.mappedFrom());
            cursor.requireQuery(fingerprint);
        }
        NearestQuery query = new NearestQuery(
                asked.vector(),
                request.neighbours(),
                request.candidates(),
                filter,
                request.id() == null || request.includeSelf() ? Set.of() : Set.of(request.id()),
                cursor == null ? null : cursor.after());
        Nearest nearest = mostPerLabel == SearchRequest.NO_LIMIT
                ? version.store().search(query)
                : Diversify.search(version.store(), query, mostPerLabel);
        long searched = System.nanoTime();
        List<SearchAnswer.Neighbour> hits = nearest.hits().stream()
                .map(hit -> SearchAnswer.Neighbour.of(hit.image(), hit.score()))
                .toList();
        @Nullable After next = next(nearest.hits(), query);
        long read = System.nanoTime();
        return new SearchAnswer(
                version.version(),
                asked.mappedFrom(),
                micros(start, read),
                hits,
                next == null ? null : new Cursor(version.version(), asked.mappedFrom(), fingerprint, next).text(),
                request.explain()
                        ? Explanation.of(
                                version.version(),
                                asked.embeddedBy(),
                                nearest,
                                new Explanation.Timings(
                                        micros(start, embedded), micros(embedded, searched), micros(searched, read)))
                        : null);
    }

    /** Where the next page begins; null if this one is the last, or as deep as it goes. */
    private static @Nullable After next(List<Hit> hits, NearestQuery query) {
        int seen = (query.after() == null ? 0 : query.after().seen()) + hits.size();
        if (hits.size() < query.k() || seen >= SearchRequest.MAX_EF) {
            return null;
        }
        Hit last = hits.getLast();
        return new After(last.score(), last.id(), seen);
    }

    private static long micros(long from, long to) {
        return (to - from) / 1000;
    }

    private static void requireOneQuery(SearchRequest request) {
        int queries =
                (request.image() == null ? 0 : 1) + (request.id() == null ? 0 : 1) + (request.vector() == null ? 0 : 1);
        if (queries != 1) {
            throw new ApiException(400, "bad-query", "give exactly one of image, id and vector; there are " + queries);
        }
        if (request.vector() != null && request.version() == null) {
            throw new ApiException(
                    400, "version-missing", "a vector means nothing without its space: say which version it is of");
        }
    }
}
