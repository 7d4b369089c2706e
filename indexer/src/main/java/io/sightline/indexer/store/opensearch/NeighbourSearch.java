package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.NearestQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Searches by vector. With the Lucene engine k of a query is what the graph search keeps, so as many are asked for as it is
 * to keep, and the page is taken of them. Thread-safe.
 */
final class NeighbourSearch {

    private static final String KIND = "opensearch";
    /** The plugin takes no more. */
    private static final int MOST_CANDIDATES = 10_000;

    private final OpenSearchConnection connection;
    private final String index;

    NeighbourSearch(OpenSearchConnection connection, String index) {
        this.connection = connection;
        this.index = index;
    }

    Nearest search(NearestQuery query) {
        for (int candidates = Math.min(query.candidates(), MOST_CANDIDATES); ; ) {
            JsonNode answer = connection.read("search " + index, call(query, candidates));
            List<Hit> found = hits(answer);
            List<Hit> page = query.page(found);
            if (found.size() < candidates || candidates == MOST_CANDIDATES || isWhole(page, found, query)) {
                int shards = answer.path("_shards").path("total").asInt();
                return new Nearest(page, new Nearest.Trace(KIND, candidates, found.size(), shards));
            }
            candidates = Math.min(2 * candidates, MOST_CANDIDATES);
        }
    }

    /**
     * Whether more candidates could not change a page: of equal scores any is kept, not those with the lowest ids. Each
     * shard keeps as many, so none has one beyond the weakest of all.
     */
    private static boolean isWhole(List<Hit> page, List<Hit> found, NearestQuery query) {
        return page.size() == query.k()
                && found.getLast().score() < page.getLast().score();
    }

    private Call call(NearestQuery query, int candidates) {
        ObjectNode body = OpenSearchConnection.JSON.createObjectNode();
        body.put("size", candidates);
        body.put("track_total_hits", false);
        body.putObject("_source").putArray("excludes").add(ImageJson.VECTOR);
        ObjectNode knn = body.putObject("query").putObject("knn").putObject(ImageJson.VECTOR);
        ArrayNode vector = knn.putArray("vector");
        for (float value : query.vector()) {
            vector.add(value);
        }
        knn.put("k", candidates);
        ObjectNode filter = FilterJson.of(query.filter());
        if (filter != null) {
            knn.set("filter", filter);
        }
        // All pages of a query come from the same copies: another one may round scores otherwise.
        String copies = "query-" + Integer.toHexString(Arrays.hashCode(query.vector()));
        return Call.post("/" + index + "/_search")
                .with("allow_partial_search_results", false)
                .with("preference", copies)
                .with(body);
    }

    private static List<Hit> hits(JsonNode answer) {
        List<Hit> hits = new ArrayList<>();
        for (JsonNode hit : answer.path("hits").path("hits")) {
            JsonNode source = hit.path("_source");
            double score = cosine(hit.path("_score").floatValue());
            hits.add(new Hit(ImageJson.id(source), score, () -> ImageJson.details(source)));
        }
        hits.sort(Hit.ORDER);
        return hits;
    }

    /** Of an inner product that is not negative the score is 1 above it, of another one 1 / (1 - product). */
    private static double cosine(double score) {
        return score >= 1 ? score - 1 : 1 - 1 / score;
    }
}
