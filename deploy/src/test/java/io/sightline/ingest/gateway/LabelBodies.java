package io.sightline.ingest.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.sightline.http.ApiServer;
import org.jspecify.annotations.Nullable;

/** Reads bodies of {@code PUT /v1/images/{id}/label} without a server. */
public final class LabelBodies {

    private LabelBodies() {}

    /**
     * The label of a body that is read as the API does, null if it has none.
     *
     * @throws JsonProcessingException if the API would answer 400 {@code broken-json}
     */
    public static @Nullable String label(String json) throws JsonProcessingException {
        return ApiServer.JSON.readValue(json, IngestApi.LabelRequest.class).label();
    }
}
