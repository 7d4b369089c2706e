package io.sightline.indexer.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreUnavailableException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several searches in one request, all answered by one version, whatever is swapped meanwhile. Thread-safe.
 *
 * <p>On failure: a query that is wrong gets its error, the others their answers. An index that is closed meanwhile, or
 * cannot be asked, fails the whole batch.
 */
final class BatchSearch {

    static final int MOST_QUERIES = 100;

    private static final Logger LOG = LoggerFactory.getLogger(BatchSearch.class);

    private final ServingSwitch serving;

    BatchSearch(ServingSwitch serving) {
        this.serving = serving;
    }

    /**
     * Body of {@code POST /v1/search:batch}.
     *
     * @param queries bodies of {@code POST /v1/search}, 1 to {@value #MOST_QUERIES}; read one by one, so that one that does
     *     not fit spoils none of the others
     */
    record Request(@Nullable List<JsonNode> queries) {}

    /**
     * Its answer.
     *
     * @param version the version of every answer
     * @param answers in the order of the queries, each a {@link SearchAnswer} or a {@link Failure}
     */
    record Answers(String version, List<Object> answers) {}

    /** An error in the place of an answer, as it would stand in an answer of its own. */
    record Failure(Problem error) {

        /**
         * What was wrong.
         *
         * @param status HTTP status that the query alone would have got
         * @param type stable word
         * @param message for people
         */
        record Problem(int status, String type, String message) {}
    }

    /**
     * Searches.
     *
     * @throws ApiException 400 {@code bad-batch} for no queries or too many
     */
    Answers search(Request request) {
        List<JsonNode> queries = request.queries() == null ? List.of() : request.queries();
        if (queries.isEmpty() || queries.size() > MOST_QUERIES) {
            throw new ApiException(
                    400,
                    "bad-batch",
                    "'queries' is to hold 1 to " + MOST_QUERIES + " bodies of POST /v1/search, not " + queries.size());
        }
        return serving.answer(version -> new Answers(
                version.version(),
                queries.stream().map(query -> answer(query, version)).toList()));
    }

    private static Object answer(JsonNode query, Serving version) {
        try {
            return SearchService.search(request(query), version);
        } catch (ApiException e) {
            return failure(e);
        } catch (StoreClosedException | StoreUnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.error("a query of a batch failed", e);
            return failure(
                    new ApiException(500, "internal", "this should not have happened; the server's log says more"));
        }
    }

    private static SearchRequest request(JsonNode query) {
        try {
            SearchRequest request = ApiServer.JSON.treeToValue(query, SearchRequest.class);
            if (request == null) {
                throw new ApiException(400, "broken-json", "the query is null; send a JSON object");
            }
            return request;
        } catch (JsonMappingException e) {
            throw new ApiException(400, "broken-json", "the JSON does not fit: " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw new ApiException(400, "broken-json", "the query is not JSON: " + e.getOriginalMessage());
        }
    }

    private static Failure failure(ApiException e) {
        return new Failure(new Failure.Problem(e.status(), e.type(), String.valueOf(e.getMessage())));
    }
}
