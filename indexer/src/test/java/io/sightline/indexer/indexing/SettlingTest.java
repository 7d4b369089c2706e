package io.sightline.indexer.indexing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStores;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
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
            settling.reached(Map.of(PARTITION, 10L));
            settling.refreshIfDue();

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
                settling.refreshIfDue();

                assertThat(settling.isReady()).isTrue();
                assertThat(store.committedOffsets()).containsExactly(Map.entry(PARTITION, 5_000L));
            }
        }
    }

    private VectorStore open() throws StoreDamagedException {
        return new LuceneStores(directory, Clock.systemUTC()).open(KEY);
    }

    private Settling settling(VectorStore store, long required) {
        return new Settling(
                store,
                Map.of(PARTITION, required),
                new SearchableMark(directory, KEY),
                IndexingSettings.DEFAULT,
                failure -> {},
                images -> {});
    }
}
