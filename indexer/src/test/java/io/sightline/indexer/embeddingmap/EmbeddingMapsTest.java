package io.sightline.indexer.embeddingmap;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.schemas.Topics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddingMapsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    Path root;

    private final List<LuceneStore> stores = new ArrayList<>();
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger computed = new AtomicInteger();

    @AfterEach
    void closeStores() {
        stores.forEach(LuceneStore::close);
    }

    @Test
    void shouldRoundTheSampleUpToOneOfAFewSizes() {
        assertThat(List.of(1, 250, 251, 999, 1_001, 2_000).stream().map(EmbeddingMaps::rounded))
                .containsExactly(250, 250, 500, 1_000, 2_000, 2_000);
    }

    @Test
    void shouldRefuseMapsWhenTooManyWaitAndComputeEachOnlyOnce() throws Exception {
        try (EmbeddingMaps maps = new EmbeddingMaps(computedWhenPermitted())) {
            List<MapJob> begun = new ArrayList<>();
            begun.add(maps.of(store(0), 250, 0).orElseThrow());
            await().until(() -> computed.get() == 1);
            for (int version = 1; version <= 8; version++) {
                begun.add(maps.of(store(version), 250, 0).orElseThrow());
            }

            assertThat(maps.of(store(9), 250, 0)).isEmpty();
            for (int version = 0; version <= 8; version++) {
                assertThat(maps.of(stores.get(version), 250, 0)).containsSame(begun.get(version));
            }
            mayEnd.countDown();
            await().until(() -> begun.stream().noneMatch(MapJob::isAtWork));

            assertThat(begun).allMatch(job -> job.drawn().isPresent());
            assertThat(computed).hasValue(9);
            assertThat(maps.of(stores.get(9), 250, 0)).isPresent();
        }
    }

    @Test
    void shouldNotComputeTheMapOfAnIndexThatWasOpenedAnew() throws Exception {
        try (EmbeddingMaps maps = new EmbeddingMaps(computedWhenPermitted())) {
            MapJob first = maps.of(store(0), 250, 0).orElseThrow();
            await().until(() -> computed.get() == 1);
            MapJob unwanted = maps.of(store(1), 250, 0).orElseThrow();
            MapJob wanted = maps.of(reopened(1), 250, 0).orElseThrow();
            mayEnd.countDown();
            await().until(() -> !wanted.isAtWork());

            assertThat(first.drawn()).isPresent();
            assertThat(wanted.drawn()).isPresent();
            assertThat(unwanted.drawn()).isEqualTo(Optional.empty());
            assertThat(computed).hasValue(2);
        }
    }

    @Test
    void shouldShowAnErasedImageInNoMapNorInOneThatIsBeingComputed() throws Exception {
        LuceneStore store = store(0);
        fill(store, List.of("a", "b", "c", "d"));
        try (EmbeddingMaps maps = new EmbeddingMaps(computedWhenPermitted())) {
            MapJob job = maps.of(store, 250, 0).orElseThrow();
            // The sample is read by then.
            await().until(() -> computed.get() == 1);
            maps.forget(Set.of("b"));
            mayEnd.countDown();
            await().until(() -> !job.isAtWork());
            assertThat(shown(job)).containsExactlyInAnyOrder("a", "c", "d");

            maps.forget(Set.of("d"));

            assertThat(shown(job)).containsExactlyInAnyOrder("a", "c");
        }
    }

    @Test
    void shouldSayThatAMapFailedByAnError() throws Exception {
        MapJob job = new MapJob(store(0), 250);
        InstantSource broken = () -> {
            throw new OutOfMemoryError("planted");
        };

        assertThatThrownBy(() -> job.compute(broken.withZone(ZoneOffset.UTC), () -> false))
                .isInstanceOf(OutOfMemoryError.class);

        assertThat(job.isAtWork()).isFalse();
        assertThat(job.state().name()).isEqualTo("failed");
        assertThat(job.state().message()).contains("planted");
    }

    @Test
    void shouldSayForAWhileWhyAMapFailedBeforeItIsTriedAgain() throws Exception {
        LuceneStore store = store(0);
        AtomicInteger tried = new AtomicInteger();
        InstantSource broken = () -> {
            tried.incrementAndGet();
            throw new IllegalStateException("planted");
        };
        try (EmbeddingMaps maps = new EmbeddingMaps(broken.withZone(ZoneOffset.UTC))) {
            MapJob job = maps.of(store, 250, 0).orElseThrow();
            await().until(() -> !job.isAtWork());

            assertThat(maps.of(store, 250, 0)).containsSame(job);

            assertThat(job.state().name()).isEqualTo("failed");
            assertThat(job.state().message()).contains("planted");
            assertThat(tried).hasValue(1);
        }
    }

    private static List<String> shown(MapJob job) {
        return job.drawn().orElseThrow().points().stream().map(MapPoint::id).toList();
    }

    private static void fill(LuceneStore store, List<String> ids) {
        for (int i = 0; i < ids.size(); i++) {
            float[] vector = new float[8];
            vector[i] = 1;
            StoredImage.Origin origin = new StoredImage.Origin(Topics.IMAGES, 0, i);
            Revision revision = new Revision(0, i + 1, 0);
            store.upsert(new EmbeddedImage(
                    new StoredImage(ids.get(i), "v0", null, Map.of(), "00ff", "image/png", NOW, origin, revision),
                    vector));
        }
        store.refresh();
    }

    /** A map asks for the time when it is drawn. */
    private Clock computedWhenPermitted() {
        InstantSource source = () -> {
            if (Thread.currentThread().getName().equals("embedding-map")) {
                computed.incrementAndGet();
                try {
                    mayEnd.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            return NOW;
        };
        return source.withZone(ZoneOffset.UTC);
    }

    private LuceneStore store(int version) throws Exception {
        return open(version, "index-" + version);
    }

    private LuceneStore reopened(int version) throws Exception {
        return open(version, "anew-" + version);
    }

    private LuceneStore open(int version, String folder) throws Exception {
        LuceneStore store = LuceneStore.open(
                root.resolve(folder), new StoreKey("v" + version, 8, "topic", "labels"), Clock.systemUTC());
        stores.add(store);
        return store;
    }
}
