package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.embedder.testing.TestImages;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import io.sightline.indexer.store.opensearch.OpenSearchStores;
import io.sightline.local.OpenSearchCluster;
import io.sightline.local.OpenSearchHome;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.InlinePayload;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the API says while the cluster that has the index is down. */
@Timeout(300)
class OpenSearchOutageApiIT {

    private static final byte[] PNG = TestImages.png(40, 30, 1);
    private static final String QUERY = "{\"vector\": [1, 0, 0, 0, 0, 0, 0, 0], \"version\": \"v1\", \"k\": 5}";
    private static final OpenSearchSettings.Patience PATIENCE = new OpenSearchSettings.Patience(
            Duration.ofSeconds(1), Duration.ofSeconds(20), Duration.ofMinutes(4), Duration.ofSeconds(1));

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void requireOpenSearch() {
        Assumptions.assumeTrue(OpenSearchHome.isPresent(), OpenSearchHome::advice);
    }

    @Test
    void shouldSayThatTheIndexCannotBeAskedAndAnswerWhenItIsBack() throws Exception {
        try (OpenSearchCluster nodes = OpenSearchCluster.start(directory.resolve("nodes"), 1, "512m");
                IndexedCluster cluster = new IndexedCluster(
                        directory,
                        new OpenSearchStores(
                                OpenSearchSettings.of(nodes.urls().toArray(URI[]::new))
                                        .with(new OpenSearchSettings.Layout(1, 0))
                                        .with(PATIENCE),
                                Clock.systemUTC()))) {
            cluster.activate("v1");
            Coordinates origin = cluster.ingest("a", new InlinePayload(ByteBuffer.wrap(PNG)));
            cluster.embed("v1", "a", PNG, origin, 0.9);
            awaitHit(cluster);

            nodes.kill("node-1");

            requireUnavailable(post(cluster, "/v1/search", QUERY));
            requireUnavailable(post(cluster, "/v1/search:batch", "{\"queries\": [" + QUERY + ", " + QUERY + "]}"));
            requireUnavailable(get(cluster, "/v1/images/a"));
            HttpResponse<String> status = get(cluster, "/v1/status");
            assertThat(status.statusCode()).isEqualTo(200);
            assertThat(json(status).path("failures").path("v1").asText()).contains("could not count images");
            assertThat(json(status).path("images").has("v1")).isFalse();

            nodes.restart("node-1");
            awaitHit(cluster);
        }
    }

    private static void requireUnavailable(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        JsonNode error = json(response).path("error");
        assertThat(error.path("type").asText()).isEqualTo("index-unavailable");
        assertThat(error.path("message").asText())
                .startsWith("the index of v1 cannot be asked now")
                .contains("see whether OpenSearch is up")
                .endsWith("then try again");
    }

    private void awaitHit(IndexedCluster cluster) {
        await().atMost(Duration.ofMinutes(2)).ignoreExceptions().untilAsserted(() -> {
            HttpResponse<String> answer = post(cluster, "/v1/search", QUERY);
            assertThat(json(answer).path("hits").findValuesAsText("id")).containsExactly("a");
        });
    }

    private HttpResponse<String> post(IndexedCluster cluster, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(cluster.url() + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(IndexedCluster cluster, String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(cluster.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return JsonMapper.builder().build().readTree(response.body());
    }
}
