package io.sightline.deploy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import io.sightline.http.Scope;
import io.sightline.local.Ports;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailoverProxyTest {

    private static final int REQUESTS = 20;

    private final RequestLog log = new RequestLog();

    @Test
    void shouldAskAnotherReplicaWhereOneDoesNotListenAndOneIsNotReady() throws Exception {
        URI nobody = URI.create("http://127.0.0.1:" + Ports.free());
        try (ApiServer good = server(200);
                ApiServer unready = server(503);
                FailoverProxy proxy =
                        new FailoverProxy(List.of(nobody, URI.create(unready.url()), URI.create(good.url())), log);
                HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < REQUESTS; i++) {
                HttpResponse<String> response = client.send(
                        HttpRequest.newBuilder(proxy.url().resolve("/v1/search?k=3"))
                                .POST(HttpRequest.BodyPublishers.ofString("query"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.body()).isEqualTo("3 query");
            }
        }
        assertThat(log.summaries()).containsOnlyKeys("search");
        assertThat(log.summaries().get("search")).satisfies(summary -> {
            assertThat(summary.answered()).isEqualTo(REQUESTS);
            assertThat(summary.failed()).isZero();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /v1/search, search",
        "POST, /v1/images, image",
        "PUT, /v1/images/a/label, label",
        "DELETE, /v1/images/a, deletion",
        "GET, /v1/status, look"
    })
    void shouldTellRequestsApart(String method, String path, String kind) {
        assertThat(FailoverProxy.kind(method, path)).isEqualTo(kind);
    }

    private static ApiServer server(int status) {
        return ApiServer.start(
                HttpSettings.loopback(0),
                1024,
                routes -> routes.post(
                        "/v1/search",
                        context -> context.status(status).result(context.queryParam("k") + " " + context.body()),
                        Scope.OPEN));
    }
}
