package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.indexer.store.opensearch.OnTestCluster;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import io.sightline.indexer.store.opensearch.OpenSearchStores;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.InlinePayload;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An indexer whose indexes lie on a real OpenSearch node: from the stream to the answer, and from version to version. */
@Timeout(Patience.TEST_SECONDS)
@ExtendWith(OnTestCluster.class)
class OpenSearchLaneIT {

    private static final byte[] PNG = TestImages.png(40, 30, 1);
    private static final int IMAGES = 20;

    @TempDir
    Path root;

    private final OpenSearchSettings settings;
    private final HttpClient http = HttpClient.newHttpClient();

    OpenSearchLaneIT(OpenSearchSettings cluster) {
        this.settings = cluster.withPrefix(
                        "lane-" + UUID.randomUUID().toString().toLowerCase(Locale.ROOT))
                .with(new OpenSearchSettings.Layout(1, 0));
    }

    @AfterEach
    void close() {
        http.close();
    }

    @Test
    void shouldFollowTheStreamAndLetTheAliasFollowTheActiveVersion() throws Exception {
        try (IndexedCluster cluster = new IndexedCluster(root, new OpenSearchStores(settings, Clock.systemUTC()))) {
            cluster.activate("v1");
            for (int i = 0; i < IMAGES; i++) {
                Coordinates origin = cluster.ingest("image-" + i, new InlinePayload(ByteBuffer.wrap(PNG)));
                cluster.embed("v1", "image-" + i, PNG, origin, 0.9 - 0.01 * i);
            }
            awaitHits(cluster, "v1", "image-0", "image-1", "image-2");
            await().until(() -> aliased().equals(List.of(index("v1"))));

            cluster.activate("v2");
            // Its network has embedded the same picture twenty times: hits of one score come by id.
            awaitHits(cluster, "v2", "image-0", "image-1", "image-10");
            await().until(() -> aliased().equals(List.of(index("v2"))));
        } finally {
            try (OpenSearchStores stores = new OpenSearchStores(settings, Clock.systemUTC())) {
                assertThat(stores.present()).containsExactly("v1", "v2");
                stores.present().forEach(stores::discard);
            }
        }
    }

    private void awaitHits(IndexedCluster cluster, String version, String... first) {
        await().ignoreExceptions().untilAsserted(() -> {
            JsonNode answer = search(cluster, version);
            assertThat(answer.path("version").asText()).isEqualTo(version);
            assertThat(answer.path("hits").findValuesAsText("id")).startsWith(first);
            assertThat(answer.path("hits")).hasSize(IMAGES);
        });
    }

    private JsonNode search(IndexedCluster cluster, String version) throws Exception {
        String body = "{\"vector\": [1, 0, 0, 0, 0, 0, 0, 0], \"version\": \"" + version + "\", \"k\": 100}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(cluster.url() + "/v1/search"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return JsonMapper.builder()
                .build()
                .readTree(
                        http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private String index(String version) {
        return settings.prefix() + "-version-" + version;
    }

    /** Indexes that the alias stands for, none before it is there. */
    private List<String> aliased() throws Exception {
        URI alias = settings.hosts().getFirst().resolve("/_cat/aliases/" + settings.prefix() + "-active?h=index");
        return http.send(HttpRequest.newBuilder(alias).build(), HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .map(String::trim)
                .toList();
    }
}
