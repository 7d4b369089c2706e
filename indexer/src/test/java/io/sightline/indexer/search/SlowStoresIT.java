package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.embedder.testing.TestImages;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStores;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.InlinePayload;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An indexer whose stores do not answer for a while when they are told which version is active. */
@Timeout(180)
class SlowStoresIT {

    private static final byte[] PNG = TestImages.png(40, 30, 1);

    @TempDir
    Path root;

    private final CountDownLatch answering = new CountDownLatch(1);
    private final List<String> activated = new CopyOnWriteArrayList<>();

    @Test
    void shouldLetNoOtherVersionWait() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient();
                IndexedCluster cluster = new IndexedCluster(root, new SlowStores(root.resolve("indexes")))) {
            cluster.activate("v1");
            Coordinates origin = cluster.ingest("a", new InlinePayload(ByteBuffer.wrap(PNG)));
            cluster.embed("v1", "a", PNG, origin, 0.9);
            awaitHit(http, cluster, "v1");

            cluster.activate("v2");
            awaitHit(http, cluster, "v2");
            assertThat(activated).isEmpty();

            answering.countDown();
            await().until(() -> activated.equals(List.of("v1", "v2")));
        }
    }

    private static void awaitHit(HttpClient http, IndexedCluster cluster, String version) {
        String body = "{\"id\": \"a\", \"includeSelf\": true, \"k\": 1}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(cluster.url() + "/v1/search"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(http.send(request, HttpResponse.BodyHandlers.ofString())
                                .body())
                        .contains("\"version\":\"" + version + "\"", "\"id\":\"a\""));
    }

    private final class SlowStores implements VectorStores {

        private final VectorStores stores;

        SlowStores(Path directory) {
            this.stores = new LuceneStores(directory, Clock.systemUTC());
        }

        @Override
        public void activate(String version) {
            try {
                answering.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            stores.activate(version);
            activated.add(version);
        }

        @Override
        public VectorStore open(StoreKey key) throws StoreDamagedException {
            return stores.open(key);
        }

        @Override
        public void discard(String version) {
            stores.discard(version);
        }

        @Override
        public List<String> present() {
            return stores.present();
        }

        @Override
        public String where() {
            return stores.where();
        }

        @Override
        public void close() {
            stores.close();
        }
    }
}
