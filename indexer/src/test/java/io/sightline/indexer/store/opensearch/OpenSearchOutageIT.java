package io.sightline.indexer.store.opensearch;

import static io.sightline.indexer.store.opensearch.PlainImages.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.testing.Patience;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.local.OpenSearchCluster;
import io.sightline.local.OpenSearchHome;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster of one node that is killed and comes back. */
@Timeout(Patience.TEST_SECONDS)
class OpenSearchOutageIT {

    private static final StoreKey KEY = new StoreKey("v1", 4, "topic-1", "topic-2");
    private static final TopicPartition PARTITION = new TopicPartition("sightline.embeddings.v1", 0);

    @TempDir
    Path directory;

    @BeforeEach
    void requireOpenSearch() {
        Assumptions.assumeTrue(OpenSearchHome.isPresent(), OpenSearchHome::advice);
    }

    @Test
    void shouldWaitForTheClusterAndHaveAllThatWasAcknowledged() throws Exception {
        try (OpenSearchCluster cluster = OpenSearchCluster.start(directory, 1, "512m");
                OpenSearchStores stores = new OpenSearchStores(
                        OpenSearchSettings.of(cluster.urls().toArray(URI[]::new))
                                .with(new OpenSearchSettings.Layout(1, 0)),
                        Clock.systemUTC());
                VectorStore store = stores.open(KEY)) {
            store.upsert(image("before", 1));
            store.commit(Map.of(PARTITION, 1L));
            cluster.kill("node-1");

            store.upsert(image("meanwhile", 2));
            CompletableFuture<Void> committing = CompletableFuture.runAsync(() -> store.commit(Map.of(PARTITION, 2L)));
            cluster.restart("node-1");
            committing.get(2, TimeUnit.MINUTES);
            store.refresh();

            assertThat(store.find("before")).isPresent();
            assertThat(store.find("meanwhile")).isPresent();
            assertThat(store.committedOffsets()).isEqualTo(Map.of(PARTITION, 2L));
            assertThat(store.nearest(NearestQuery.of(new float[] {1, 0, 0, 0}, 5, 10)))
                    .hasSize(2);
        }
    }
}
