package io.sightline.indexer.indexing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.lucene.LuceneStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real index. */
class SettlingTest {

    private static final StoreKey KEY = new StoreKey("v1", 4, "topic", "labels");
    private static final TopicPartition FIRST = new TopicPartition("e", 0);
    private static final TopicPartition SECOND = new TopicPartition("e", 1);
    private static final IndexingSettings BY_HAND = new IndexingSettings(Duration.ofHours(1), Duration.ofHours(1));

    @TempDir
    private Path directory;

    private LuceneStore store;
    private SearchableMark mark;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    SettlingTest() {}

    @BeforeEach
    void open() throws Exception {
        store = LuceneStore.open(directory.resolve("v1"), KEY, Clock.systemUTC());
        mark = new SearchableMark(directory, KEY);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldBeReadyWhenAllThatIsRequiredIsSearchableAndNoteHowFarThatIs() {
        try (Settling settling = settling(Map.of(FIRST, 10L, SECOND, 5L))) {
            settling.reached(Map.of(FIRST, 10L, SECOND, 4L));
            settling.refreshIfDue();
            assertThat(settling.isReady()).isFalse();
            assertThat(mark.read()).isEmpty();

            settling.reached(Map.of(FIRST, 12L, SECOND, 5L));
            settling.refreshIfDue();

            assertThat(settling.isReady()).isTrue();
            assertThat(mark.read()).contains(ahead(12, 5));
        }
    }

    @Test
    void shouldCoverWhatIsAboutToBeWrittenBeforeAnyRefreshMayShowIt() {
        try (Settling settling = settling(Map.of(FIRST, 10L, SECOND, 5L))) {
            settling.willReach(Map.of(FIRST, 10L, SECOND, 5L));
            assertThat(mark.read()).isEmpty();
            settling.reached(Map.of(FIRST, 10L, SECOND, 5L));
            settling.refreshIfDue();

            settling.willReach(Map.of(FIRST, 10L + SearchableMark.AHEAD, SECOND, 6L));
            assertThat(mark.read()).contains(ahead(10, 5));
            settling.willReach(Map.of(FIRST, 11L + SearchableMark.AHEAD, SECOND, 6L));
            assertThat(mark.read()).contains(ahead(11 + SearchableMark.AHEAD, 6));
        }
    }

    @Test
    void shouldTakeNoMarkOfAnotherIndexOrThatIsNone() throws Exception {
        mark.cover(Map.of(FIRST, 7L));
        StoreKey anew = new StoreKey("v1", 4, "topic made anew", "labels");

        assertThat(mark.read()).contains(Map.of(FIRST, 7L + SearchableMark.AHEAD));
        assertThat(new SearchableMark(directory, anew).read()).isEmpty();

        Files.writeString(directory.resolve("v1.searchable.json"), "{\"key\": {\"ver");
        assertThat(mark.read()).isEmpty();
        Files.writeString(directory.resolve("v1.searchable.json"), "null");
        assertThat(mark.read()).isEmpty();
        SearchableMark.remove(directory, "v1");
        assertThat(directory.resolve("v1.searchable.json")).doesNotExist();
    }

    private static Map<TopicPartition, Long> ahead(long first, long second) {
        return Map.of(FIRST, first + SearchableMark.AHEAD, SECOND, second + SearchableMark.AHEAD);
    }

    private Settling settling(Map<TopicPartition, Long> required) {
        return new Settling(
                store, required, mark, BY_HAND, cause -> fail("refresh or commit", cause), SearchableListener.NONE);
    }
}
