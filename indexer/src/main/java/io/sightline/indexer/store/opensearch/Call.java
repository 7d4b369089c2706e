package io.sightline.indexer.store.opensearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request. Immutable, but for the bytes of the body.
 *
 * @param method of HTTP
 * @param path from the slash on, escaped
 * @param query parameters, not escaped
 * @param body null for none
 * @param contentType of the body
 * @param canBeMissing whether 404 is an answer and no error
 * @param isLong whether it takes as long as it takes, such as a merge
 */
record Call(
        String method,
        String path,
        Map<String, String> query,
        byte @Nullable [] body,
        String contentType,
        boolean canBeMissing,
        boolean isLong) {

    private static final String JSON = "application/json";

    Call {
        query = Map.copyOf(query);
    }

    static Call get(String path) {
        return new Call("GET", path, Map.of(), null, JSON, false, false);
    }

    static Call post(String path) {
        return new Call("POST", path, Map.of(), null, JSON, false, false);
    }

    static Call put(String path, JsonNode body) {
        return new Call("PUT", path, Map.of(), bytes(body), JSON, false, false);
    }

    static Call delete(String path) {
        return new Call("DELETE", path, Map.of(), null, JSON, false, false);
    }

    Call with(String parameter, Object value) {
        Map<String, String> more = new HashMap<>(query);
        more.put(parameter, value.toString());
        return new Call(method, path, more, body, contentType, canBeMissing, isLong);
    }

    Call with(JsonNode json) {
        return new Call(method, path, query, bytes(json), JSON, canBeMissing, isLong);
    }

    Call withLines(byte[] lines) {
        return new Call(method, path, query, lines, "application/x-ndjson", canBeMissing, isLong);
    }

    Call orMissing() {
        return new Call(method, path, query, body, contentType, true, isLong);
    }

    Call takingLong() {
        return new Call(method, path, query, body, contentType, canBeMissing, true);
    }

    private static byte[] bytes(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return method + " " + path;
    }
}
