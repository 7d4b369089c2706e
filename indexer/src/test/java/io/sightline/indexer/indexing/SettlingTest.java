package io.sightline.indexer.indexing;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStores;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettlingTest {

    private static final StoreKey KEY = new StoreKey("v1", 4, "topic", "labels");
    private static final TopicPartition PARTITION = new TopicPartition("sightline.embeddings.v1", 0);

    @TempDir
    Path directory;

    @Test
    void shouldCommitWhatWasBuiltAnewBeforeItAnswers() throws Exception {
        try (VectorStore store = open();
                Settling settling = settling(store, 10)) {
            beReady(settling);

            assertThat(settling.isReady()).isTrue();
            assertThat(store.committedOffsets()).containsExactly(Map.entry(PARTITION, 10L));
        }
    }

    @Test
    void shouldAnswerBeforeTheDiskHasWhatIsReadAgain() throws Exception {
        try (VectorStore store = open()) {
            store.commit(Map.of(PARTITION, 5_000L));
            try (Settling settling = settling(store, 6_000)) {
                settling.reached(Map.of(PARTITION, 6_000L));
                settling.settleIfDue();

                assertThat(settling.isReady()).isTrue();
                assertThat(store.committedOffsets()).containsExactly(Map.entry(PARTITION, 5_000L));
            }
        }
    }

    @Test
    void shouldShowOnlyWhatIsOnDiskWhileItIsFarBehind() throws Exception {
        List<String> calls = new CopyOnWriteArrayList<>();
        IndexingSettings quick = new IndexingSettings(Duration.ofMillis(5), Duration.ofMillis(40));
        try (VectorStore store = open();
                Settling settling = settling(noting(store, calls), 10, quick)) {
            beReady(settling);
            settling.willReach(Map.of(PARTITION, 20L), Settling.FAR_BEHIND);
            settling.start();
            calls.clear();
            AtomicLong offset = new AtomicLong(20);
            await().until(() -> {
                settling.reached(Map.of(PARTITION, offset.incrementAndGet()));
                settling.settleIfDue();
                return Collections.frequency(calls, "commit") == 3;
            });

            assertThat(calls).first().isEqualTo("commit");
            assertThat(calls).containsOnly("commit", "refresh");
            assertThat(mark()).isEqualTo(store.committedOffsets());
        }
    }

    @Test
    void shouldCoverWhatIsShownOnceItIsNotFarBehindAnyMore() throws Exception {
        try (VectorStore store = open();
                Settling settling = settling(store, 10)) {
            beReady(settling);
            settling.willReach(Map.of(PARTITION, 5_000L), Settling.FAR_BEHIND);
            settling.reached(Map.of(PARTITION, 5_000L));
            assertThat(mark().get(PARTITION)).isLessThan(5_000);

            settling.willReach(Map.of(PARTITION, 5_001L), 1);

            assertThat(mark().get(PARTITION)).isGreaterThanOrEqualTo(5_001);
        }
    }

    private Map<TopicPartition, Long> mark() {
        return new SearchableMark(directory, KEY).read().orElseThrow();
    }

    /** The store, which notes what it is to do. */
    private static VectorStore noting(VectorStore store, List<String> calls) {
        return (VectorStore) Proxy.newProxyInstance(
                VectorStore.class.getClassLoader(), new Class<?>[] {VectorStore.class}, (proxy, method, arguments) -> {
                    if (method.getReturnType() == void.class) {
                        calls.add(method.getName());
                    }
                    return method.invoke(store, arguments);
                });
    }

    /** Of those that require 10 records. */
    private static void beReady(Settling settling) {
        settling.reached(Map.of(PARTITION, 10L));
        settling.settleIfDue();
    }

    private VectorStore open() throws StoreDamagedException {
        return new LuceneStores(directory, Clock.systemUTC()).open(KEY);
    }

    private Settling settling(VectorStore store, long required) {
        return settling(store, required, IndexingSettings.DEFAULT);
    }

    private Settling settling(VectorStore store, long required, IndexingSettings settings) {
        return new Settling(
                store,
                Map.of(PARTITION, required),
                new SearchableMark(directory, KEY),
                settings,
                failure -> {},
                images -> {});
    }
}
