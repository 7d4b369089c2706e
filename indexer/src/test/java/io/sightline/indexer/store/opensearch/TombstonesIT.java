package io.sightline.indexer.store.opensearch;

import static io.sightline.indexer.store.opensearch.PlainImages.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was deleted stays deleted, whatever clocks say. */
@Timeout(180)
@ExtendWith(OnTestCluster.class)
class TombstonesIT {

    private static final StoreKey KEY = new StoreKey("v1", 4, "topic-1", "topic-2");
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final int CONFLICT = 409;

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final OpenSearchStores stores;
    private final OpenSearchConnection outside;

    TombstonesIT(OpenSearchSettings cluster) {
        OpenSearchSettings settings = TestCluster.ownIndexes(cluster);
        Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
        this.stores = new OpenSearchStores(settings, clock);
        this.outside = new OpenSearchConnection(settings);
    }

    @AfterEach
    void removeIndexes() {
        stores.present().forEach(stores::discard);
        outside.close();
        stores.close();
    }

    @Test
    void shouldNotBringBackWhatWasDeletedWhenOpenSearchForgetsItsOwnDeletions() throws StoreDamagedException {
        try (VectorStore store = stores.open(KEY)) {
            store.upsert(image("a", 5));
            store.delete("a", new Revision(0, 6, 0));
            store.refresh();
            String own = "/" + stores.index("v1") + "/_doc/!own";
            outside.send(external(write(own), 10));
            outside.send(external(Call.delete(own), 11));
            await().atMost(Duration.ofSeconds(30)).until(() -> isTaken(external(write(own), 4)));

            store.upsert(image("a", 4));
            store.refresh();

            assertThat(store.find("a")).isEmpty();
            assertThat(store.count()).isZero();
        }
    }

    private static Call write(String path) {
        return Call.put(path, OpenSearchConnection.JSON.createObjectNode().put("kind", "own"));
    }

    private static Call external(Call call, long version) {
        return call.with("version", version).with("version_type", "external");
    }

    private boolean isTaken(Call call) {
        try {
            outside.send(call);
            return true;
        } catch (RequestRefusedException e) {
            assertThat(e.status()).isEqualTo(CONFLICT);
            return false;
        }
    }

    @Test
    void shouldNotTakeADeletionForExpungedThoughTheClockWasSetBack() throws StoreDamagedException {
        try (VectorStore store = stores.open(KEY)) {
            store.upsert(image("a", 1));
            store.upsert(image("b", 2));
            store.upsert(image("c", 3));
            store.refresh();
            store.delete("a", new Revision(0, 4, 0));
            store.refresh();
            await().atMost(Duration.ofSeconds(100))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        store.expunge(List.of(erased("a")));
                        return outside.send(Call.get("/" + stores.index("v1") + "/_doc/!expunged")
                                        .orMissing())
                                .path("found")
                                .asBoolean();
                    });

            now.set(NOON.minus(Duration.ofHours(1)));
            store.delete("b", new Revision(0, 5, 0));
            store.refresh();

            assertThat(store.held(List.of(erased("a"), erased("b")))).containsExactly(erased("b"));
        }
    }

    private static Erased erased(String id) {
        return new Erased(id, new StoredImage.Origin("sightline.images", 0, 42));
    }
}
