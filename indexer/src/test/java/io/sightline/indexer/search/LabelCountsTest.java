package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LabelCountsTest {

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger counted = new AtomicInteger();
    private final CountDownLatch begun = new CountDownLatch(2);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    @Test
    void shouldAnswerWithTheLastCountsWhileOneCallerCounts(@TempDir Path root) throws Exception {
        try (TestServing serving = new TestServing(root);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            LuceneStore store = serving.open("v1");
            store.upsert(serving.image("v1", "a", "Tabby Cat", 0.5));
            store.refresh();
            LabelCounts counts = new LabelCounts(this::countedSlowlyAgain, nanos::get);
            assertThat(counts.of(store))
                    .containsExactly(new LabelCounts.Counted(new LabelCounts.Label("Tabby Cat", 1), "tabby cat"));
            store.upsert(serving.image("v1", "b", "Tabby Cat", 0.4));
            store.refresh();
            nanos.addAndGet(Duration.ofSeconds(11).toNanos());

            CompletableFuture<Long> slow = CompletableFuture.supplyAsync(() -> images(counts, store), threads);
            begun.await();
            assertThat(images(counts, store)).isEqualTo(1);
            assertThat(images(counts, store)).isEqualTo(1);
            mayEnd.countDown();

            assertThat(slow.join()).isEqualTo(2);
            assertThat(images(counts, store)).isEqualTo(2);
            assertThat(counted).hasValue(2);
        }
    }

    private Map<String, Long> countedSlowlyAgain(VectorStore store) {
        begun.countDown();
        if (counted.incrementAndGet() > 1) {
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return store.labels();
    }

    private static long images(LabelCounts counts, VectorStore store) {
        return counts.of(store).getFirst().label().images();
    }
}
