package io.sightline.indexer.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;

/** Reads bodies of {@code POST /v1/search} without a server. */
public final class SearchBodies {

    private SearchBodies() {}

    /**
     * Reads a body as the API does, and all that it asks for.
     *
     * @throws JsonProcessingException if the API would answer 400 {@code broken-json}
     * @throws ApiException if it would answer with another error
     */
    public static void require(String json) throws JsonProcessingException {
        SearchRequest request = ApiServer.JSON.readValue(json, SearchRequest.class);
        request.neighbours();
        request.candidates();
        request.mostPerLabel();
        request.required();
    }
}
