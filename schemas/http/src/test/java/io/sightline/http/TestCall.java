package io.sightline.http;

import io.sightline.http.client.ClientAccess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

/** Sends requests to a server that is under test. Close it once. */
final class TestCall implements AutoCloseable {

    private final ApiServer server;
    private final HttpClient client;

    TestCall(ApiServer server, ClientAccess access) {
        this.server = server;
        this.client = access.newClient();
    }

    TestCall(ApiServer server) {
        this(server, ClientAccess.NONE);
    }

    /** Headers are names and values in turn. */
    HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return client.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return send("GET", path, "", headers);
    }

    CompletableFuture<HttpResponse<String>> start(String path, String... headers) {
        return client.sendAsync(request("GET", path, "", headers), HttpResponse.BodyHandlers.ofString());
    }

    static String type(HttpResponse<String> answer) throws Exception {
        return ApiServer.JSON.readTree(answer.body()).path("error").path("type").asText();
    }

    private HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
