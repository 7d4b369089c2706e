package io.sightline.deploy.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.http.ApiServer;
import io.sightline.http.client.ClientAccess;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLException;

/** The search API as any client sees it. Thread-safe; close it when done. */
public final class SearchClient implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final URI address;
    private final ClientAccess access;
    private final HttpClient client;

    /** A client without a key of the API at the given address. */
    public SearchClient(String address) {
        this(address, ClientAccess.NONE);
    }

    /** A client of the API at the given address. */
    public SearchClient(String address, ClientAccess access) {
        this.address = URI.create(address);
        this.access = access;
        this.client = access.newClient();
    }

    /** The API answered with an error. */
    public static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;

        private final int status;

        RefusedException(int status, String message) {
            super(message);
            this.status = status;
        }

        /** HTTP status. */
        public int status() {
            return status;
        }
    }

    /**
     * One neighbour.
     *
     * @param id image id
     * @param score cosine
     * @param label class, empty if it is not labelled
     * @param tags its tags
     * @param version version of its vector
     */
    public record Neighbour(String id, double score, String label, Map<String, String> tags, String version) {}

    /**
     * An answer.
     *
     * @param version the version that answered
     * @param mappedFrom the compatible version that embedded the query, empty if the one that answered did
     * @param neighbours best first
     * @param next cursor of the next page, empty if there is none
     * @param explain how the answer came to be, as the API says it; a missing node if it was not asked for
     */
    public record Answer(
            String version, String mappedFrom, List<Neighbour> neighbours, String next, JsonNode explain) {}

    /** Searches by a JSON request. */
    public Answer search(Map<String, ?> request) throws IOException, InterruptedException {
        return answer(exchange(HttpRequest.newBuilder(address.resolve("/v1/search"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(ApiServer.JSON.writeValueAsBytes(request)))));
    }

    /** Searches by an encoded image. */
    public Answer search(byte[] image, int k, Map<String, String> tags, String label)
            throws IOException, InterruptedException {
        StringBuilder query = new StringBuilder("k=" + k);
        tags.forEach((key, value) ->
                query.append('&').append(encode("tag." + key)).append('=').append(encode(value)));
        if (!label.isEmpty()) {
            query.append("&label=").append(encode(label));
        }
        return answer(exchange(HttpRequest.newBuilder(address.resolve("/v1/search?" + query))
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(image))));
    }

    /** A resource of the API, for instance {@code /v1/models}. */
    public JsonNode get(String path) throws IOException, InterruptedException {
        return exchange(HttpRequest.newBuilder(address.resolve(path)).GET());
    }

    /** Posts without a body. */
    public JsonNode post(String path) throws IOException, InterruptedException {
        return exchange(HttpRequest.newBuilder(address.resolve(path)).POST(HttpRequest.BodyPublishers.noBody()));
    }

    @Override
    public void close() {
        client.close();
    }

    private JsonNode exchange(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response;
        try {
            response =
                    client.send(access.sign(request.timeout(TIMEOUT)).build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (ConnectException e) {
            throw new IOException(
                    "nothing answers at " + address + ": start it with `sightline up`, or say where it is with --url",
                    e);
        } catch (SSLException e) {
            throw new IOException(
                    "the server at " + address + " is not trusted, or does not answer https (" + e.getMessage()
                            + "): name the file of its authority with --ca, or use http",
                    e);
        }
        JsonNode body = ApiServer.JSON.readTree(response.body());
        if (response.statusCode() >= 400) {
            JsonNode error = body.path("error");
            throw new RefusedException(
                    response.statusCode(),
                    error.path("type").asText() + ": " + error.path("message").asText() + advice(response));
        }
        return body;
    }

    private static String advice(HttpResponse<?> response) {
        return switch (response.statusCode()) {
            case 401 -> " (name the file of your API key with --api-key-file, or set SIGHTLINE_API_KEY)";
            case 429 ->
                " (after " + response.headers().firstValue("Retry-After").orElse("1") + " s)";
            default -> "";
        };
    }

    private static Answer answer(JsonNode body) {
        List<Neighbour> neighbours = new ArrayList<>();
        for (JsonNode hit : body.path("hits")) {
            Map<String, String> tags = new TreeMap<>();
            hit.path("tags")
                    .properties()
                    .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
            neighbours.add(new Neighbour(
                    hit.path("id").asText(),
                    hit.path("score").asDouble(),
                    hit.path("label").asText(""),
                    tags,
                    hit.path("version").asText()));
        }
        return new Answer(
                body.path("version").asText(),
                body.path("mappedFrom").asText(""),
                neighbours,
                body.path("next").asText(""),
                body.path("explain"));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
