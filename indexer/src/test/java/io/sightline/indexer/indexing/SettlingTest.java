package io.sightline.indexer.indexing;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStores;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettlingTest {

    private static final StoreKey KEY = new StoreKey("v1", 4, "topic", "labels");
    private static final TopicPartition PARTITION = new TopicPartition("sightline.embeddings.v1", 0);

    @TempDir
    Path directory;

    private final List<String> calls = new CopyOnWriteArrayList<>();

    @Test
    void shouldAnswerWhenItHoldsWhatIsRequiredAndHasItOnDisk() throws Exception {
        try (VectorStore store = open();
                Settling settling = settling(noting(store), 10, IndexingSettings.DEFAULT)) {
            settling.reached(Map.of(PARTITION, 9L));
            settling.settleIfDue(0);
            assertThat(settling.isReady()).isFalse();
            assertThat(mark()).isEmpty();
            assertThat(calls).isEmpty();

            settling.reached(Map.of(PARTITION, 10L));
            settling.settleIfDue(0);
            assertThat(settling.isReady()).isTrue();
            assertThat(calls).containsExactly("commit", "refresh");
            assertThat(store.committedOffsets()).containsExactly(Map.entry(PARTITION, 10L));
            assertThat(mark()).contains(Map.of(PARTITION, 10L));
        }
    }

    @Test
    void shouldLeaveNoMarkBeforeSearchesSeeIt() throws Exception {
        IndexingSettings often = new IndexingSettings(Duration.ZERO, Duration.ZERO);
        try (VectorStore store = open();
                Settling settling = unseen(noting(store), 10, often, images -> {})) {
            settling.reached(Map.of(PARTITION, 10L));
            settling.settleIfDue(0);
            assertThat(settling.isReady()).isTrue();
            assertThat(mark()).isEmpty();

            settling.seen();
            settling.reached(Map.of(PARTITION, 11L));
            // Not sooner after the last time than that took.
            long latest = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (mark().isEmpty() && System.nanoTime() < latest) {
                settling.settleIfDue(0);
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(mark()).contains(Map.of(PARTITION, 11L));
        }
    }

    @Test
    void shouldAnswerAtOnceWhereAllThatIsRequiredIsOnDisk() throws Exception {
        try (VectorStore store = open()) {
            store.commit(Map.of(PARTITION, 5_000L));
            try (Settling settling = settling(noting(store), 10, IndexingSettings.DEFAULT)) {
                settling.reached(Map.of(PARTITION, 5_000L));
                settling.settleIfDue(1_000_000);

                assertThat(settling.isReady()).isTrue();
                assertThat(calls).containsExactly("refresh");
            }
        }
    }

    @Test
    void shouldShowOnlyWhatIsOnDisk() throws Exception {
        IndexingSettings often = new IndexingSettings(Duration.ofMillis(5), Duration.ofMillis(40));
        List<Map<TopicPartition, Long>> shown = new CopyOnWriteArrayList<>();
        try (VectorStore store = open();
                Settling settling = settling(noting(store, () -> shown.add(store.committedOffsets())), 10, often)) {
            settling.reached(Map.of(PARTITION, 10L));
            settling.settleIfDue(0);
            for (long next = 11; next < 200; next++) {
                settling.wrote();
                settling.reached(Map.of(PARTITION, next));
                int before = shown.size();
                settling.settleIfDue(0);
                if (shown.size() > before) {
                    assertThat(shown.getLast()).isEqualTo(Map.of(PARTITION, next));
                }
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(shown).hasSizeGreaterThan(2);
            assertThat(mark()).contains(shown.getLast());
        }
    }

    @Test
    void shouldWaitLongerWhileItIsFarBehind() throws Exception {
        IndexingSettings settings = new IndexingSettings(Duration.ZERO, Duration.ofHours(1));
        try (VectorStore store = open();
                Settling settling = settling(noting(store), 10, settings)) {
            settling.reached(Map.of(PARTITION, 10L));
            settling.settleIfDue(0);
            calls.clear();

            settling.reached(Map.of(PARTITION, 20L));
            settling.settleIfDue(Settling.FAR_BEHIND);
            assertThat(calls).isEmpty();

            await().untilAsserted(() -> {
                settling.settleIfDue(Settling.FAR_BEHIND - 1);
                assertThat(calls).containsExactly("commit", "refresh");
            });
        }
    }

    @Test
    void shouldTellOfImagesOnceTheyAreSearchable() throws Exception {
        List<StoredImage> told = new CopyOnWriteArrayList<>();
        StoredImage first = image("first");
        StoredImage second = image("second");
        IndexingSettings settings = new IndexingSettings(Duration.ZERO, Duration.ofHours(1));
        try (VectorStore store = open();
                Settling settling = settling(store, 10, settings, told::addAll)) {
            settling.wrote(first);
            settling.reached(Map.of(PARTITION, 10L));
            settling.settleIfDue(0);
            // Before it was ready nobody could search for it.
            assertThat(told).isEmpty();

            settling.wrote(second);
            assertThat(told).isEmpty();
            settling.reached(Map.of(PARTITION, 11L));
            await().untilAsserted(() -> {
                settling.settleIfDue(0);
                assertThat(told).containsExactly(second);
            });
        }
    }

    @Test
    void shouldNotCommitWhatItCouldNotSettle() throws Exception {
        List<String> tried = new CopyOnWriteArrayList<>();
        try (VectorStore store = open()) {
            VectorStore broken = noting(store, () -> {
                tried.add("refresh");
                throw new IllegalStateException("the disk is full");
            });
            Settling settling = settling(broken, 10, IndexingSettings.DEFAULT);
            settling.reached(Map.of(PARTITION, 10L));
            assertThatThrownBy(() -> settling.settleIfDue(0)).hasMessageContaining("the disk is full");
            calls.clear();
            settling.close();

            assertThat(tried).hasSize(1);
            assertThat(calls).isEmpty();
            assertThat(settling.isReady()).isFalse();
        }
    }

    @Test
    void shouldGoOnWhereTheImagesCannotBeCounted() throws Exception {
        CountDownLatch counted = new CountDownLatch(1);
        try (VectorStore store = open()) {
            VectorStore broken = (VectorStore) Proxy.newProxyInstance(
                    VectorStore.class.getClassLoader(),
                    new Class<?>[] {VectorStore.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("count")) {
                            counted.countDown();
                            throw new IllegalStateException("no count");
                        }
                        return method.invoke(store, arguments);
                    });
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            Settling settling = settling(broken, failures::add);
            settling.start();
            assertThat(counted.await(30, TimeUnit.SECONDS)).isTrue();
            settling.reached(Map.of(PARTITION, 10L));
            settling.settleIfDue(0);
            settling.reached(Map.of(PARTITION, 11L));
            // It commits only if nothing has failed.
            settling.close();

            assertThat(failures).isEmpty();
            assertThat(store.committedOffsets()).containsExactly(Map.entry(PARTITION, 11L));
        }
    }

    private Settling settling(VectorStore store, Consumer<Throwable> failures) {
        return new Settling(
                store,
                Map.of(PARTITION, 10L),
                new SearchableMark(directory, KEY),
                IndexingSettings.DEFAULT,
                failures,
                images -> {},
                new IndexTelemetry(Telemetry.withoutSpans(), KEY.version()));
    }

    private Optional<Map<TopicPartition, Long>> mark() {
        return new SearchableMark(directory, KEY).read();
    }

    private static StoredImage image(String id) {
        return new StoredImage(
                id,
                "v1",
                null,
                Map.of(),
                "00ff",
                "image/png",
                Instant.EPOCH,
                new StoredImage.Origin("images", 0, 1),
                new Revision(0, 1, 0));
    }

    private VectorStore noting(VectorStore store) {
        return noting(store, () -> {});
    }

    /** The store, which notes what it is to do, and does something more when it is to refresh. */
    private VectorStore noting(VectorStore store, Runnable refreshed) {
        return (VectorStore) Proxy.newProxyInstance(
                VectorStore.class.getClassLoader(), new Class<?>[] {VectorStore.class}, (proxy, method, arguments) -> {
                    if (method.getReturnType() == void.class) {
                        calls.add(method.getName());
                    }
                    if (method.getName().equals("refresh")) {
                        refreshed.run();
                    }
                    return method.invoke(store, arguments);
                });
    }

    private VectorStore open() throws StoreDamagedException {
        return new LuceneStores(directory, Clock.systemUTC()).open(KEY);
    }

    private Settling settling(VectorStore store, long required, IndexingSettings settings) {
        return settling(store, required, settings, images -> {});
    }

    private Settling settling(
            VectorStore store, long required, IndexingSettings settings, SearchableListener listener) {
        Settling settling = unseen(store, required, settings, listener);
        settling.seen();
        return settling;
    }

    private Settling unseen(VectorStore store, long required, IndexingSettings settings, SearchableListener listener) {
        return new Settling(
                store,
                Map.of(PARTITION, required),
                new SearchableMark(directory, KEY),
                settings,
                failure -> {},
                listener,
                new IndexTelemetry(Telemetry.withoutSpans(), KEY.version()));
    }
}
