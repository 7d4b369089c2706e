package io.sightline.indexer.store.lucene;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStoreContract;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LuceneStoreTest extends VectorStoreContract {

    private static final Map<TopicPartition, Long> OFFSETS =
            Map.of(new TopicPartition("sightline.embeddings.v1", 0), 20L);

    @Override
    protected VectorStore open(Path directory) throws StoreDamagedException {
        return LuceneStore.open(directory.resolve("index"), KEY, Clock.systemUTC());
    }

    static Stream<StoreKey> keysOfOthers() {
        return Stream.of(
                new StoreKey("v2", KEY.dimensions(), KEY.topicId(), KEY.labelsTopicId()),
                new StoreKey(KEY.version(), KEY.dimensions() + 1, KEY.topicId(), KEY.labelsTopicId()),
                new StoreKey(KEY.version(), KEY.dimensions(), "another", KEY.labelsTopicId()),
                new StoreKey(KEY.version(), KEY.dimensions(), KEY.topicId(), "another"));
    }

    @ParameterizedTest
    @MethodSource("keysOfOthers")
    void shouldRefuseAnIndexOfSomethingElse(StoreKey other) throws Exception {
        Path index = written();

        assertThatExceptionOfType(StoreDamagedException.class)
                .isThrownBy(() -> LuceneStore.open(index, other, Clock.systemUTC()))
                .withMessageContaining("is of ")
                .withMessageContaining(", not ");
    }

    @Test
    void shouldRefuseAnIndexOfAnotherQuantisation() throws Exception {
        Path index = written();

        assertThatExceptionOfType(StoreDamagedException.class)
                .isThrownBy(() -> LuceneStore.open(index, KEY, Quantisation.BITS1, Clock.systemUTC()))
                .withMessageContaining("is of quantisation none, not bits1");
    }

    @Test
    void shouldFindAFlippedByteInWhateverFile() throws Exception {
        Path index = written();
        for (Path file : files(index)) {
            byte[] before = Files.readAllBytes(file);
            byte[] flipped = before.clone();
            flipped[flipped.length / 2] ^= 0x10;
            Files.write(file, flipped);

            assertThatExceptionOfType(StoreDamagedException.class)
                    .as(file.toString())
                    .isThrownBy(() -> LuceneStore.open(index, KEY, Clock.systemUTC()));
            Files.write(file, before);
        }
        LuceneStore.open(index, KEY, Clock.systemUTC()).close();
    }

    @Test
    void shouldFindAFileThatIsTruncatedOrMissing() throws Exception {
        Path index = written();
        for (Path file : files(index)) {
            byte[] before = Files.readAllBytes(file);
            try (RandomAccessFile truncated = new RandomAccessFile(file.toFile(), "rw")) {
                truncated.setLength(before.length / 2);
            }
            assertThatExceptionOfType(StoreDamagedException.class)
                    .as(file + " truncated")
                    .isThrownBy(() -> LuceneStore.open(index, KEY, Clock.systemUTC()));
            Files.delete(file);
            assertThatExceptionOfType(StoreDamagedException.class)
                    .as(file + " missing")
                    .isThrownBy(() -> LuceneStore.open(index, KEY, Clock.systemUTC()));
            Files.write(file, before);
        }
    }

    @Test
    void shouldLeaveAnIndexAloneThatAnotherUses() throws Exception {
        Path index = written();
        StoreKey other = new StoreKey("v2", KEY.dimensions(), KEY.topicId(), KEY.labelsTopicId());
        try (LuceneStore used = LuceneStore.open(index, KEY, Clock.systemUTC())) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> LuceneStore.open(index, KEY, Clock.systemUTC()))
                    .withMessageContaining(index.toString());
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> LuceneStore.open(index, other, Clock.systemUTC()));
            assertThatExceptionOfType(StoreException.class).isThrownBy(() -> LuceneStore.discard(index));
            assertThat(used.count()).isEqualTo(20);
            used.commit(Map.of());
        }
        LuceneStore.discard(index);
        assertThat(index).doesNotExist();
    }

    @Test
    void shouldMergeWhenTheStreamRestsAndKeepThat() throws Exception {
        Path index = directory.resolve("rested");
        try (LuceneStore store = LuceneStore.open(index, KEY, Clock.systemUTC())) {
            for (int i = 0; i < 5; i++) {
                write(store, i);
                store.refresh();
            }
            store.commit(OFFSETS);
            store.rest(Duration.ofSeconds(4));
            assertThat(store.segments()).isEqualTo(5);

            await().until(() -> {
                store.rest(Duration.ofSeconds(6));
                store.refresh();
                return store.segments() == 1;
            });
            store.rest(Duration.ofSeconds(8));
            assertThat(store.count()).isEqualTo(5);
        }
        try (LuceneStore store = LuceneStore.open(index, KEY, Clock.systemUTC())) {
            assertThat(store.segments()).isEqualTo(1);
            assertThat(store.count()).isEqualTo(5);
            assertThat(store.committedOffsets()).isEqualTo(OFFSETS);
        }
    }

    /** A crash could take back what was written and not committed. */
    @Test
    void shouldShowNothingWhenItRests() throws Exception {
        try (LuceneStore store = LuceneStore.open(directory.resolve("unseen"), KEY, Clock.systemUTC())) {
            write(store, 0);
            store.refresh();
            write(store, 1);
            store.rest(Duration.ofHours(1));
            assertThat(store.count()).isEqualTo(1);

            store.refresh();
            assertThat(store.count()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotRewriteManyForAFew() throws Exception {
        try (LuceneStore store = LuceneStore.open(directory.resolve("few"), KEY, Clock.systemUTC())) {
            for (int i = 0; i < 100; i++) {
                write(store, i);
            }
            store.refresh();
            write(store, 100);
            store.refresh();
            int segments = store.segments();
            store.rest(Duration.ofSeconds(90));
            store.refresh();
            store.rest(Duration.ofSeconds(91));
            store.refresh();
            assertThat(store.segments()).isEqualTo(segments).isEqualTo(2);

            await().until(() -> {
                store.rest(Duration.ofSeconds(110));
                store.refresh();
                return store.segments() == 1;
            });
        }
    }

    @Test
    void shouldSayThatItIsClosed() throws Exception {
        LuceneStore store = LuceneStore.open(directory.resolve("closed"), KEY, Clock.systemUTC());
        store.close();
        store.close();

        assertThatExceptionOfType(StoreClosedException.class).isThrownBy(store::count);
    }

    /** An index of 20 images. */
    @Test
    void shouldHaveTheBytesOfADeletedImageOnDiskUntilTheyAreExpunged() throws Exception {
        Path index = directory.resolve("erasing");
        Erased erased = new Erased("a", new StoredImage.Origin("sightline.images", 0, 49));
        try (LuceneStore store = LuceneStore.open(index, KEY, Clock.systemUTC())) {
            store.upsert(image("a", 1));
            store.upsert(image("b", 2));
            // With few others Lucene would merge their segment at once.
            for (int i = 3; i < 40; i++) {
                store.upsert(image("other-" + i, i));
            }
            store.commit(OFFSETS);
            store.delete("a", new Revision(0, 50, 0));
            store.refresh();
            store.commit(OFFSETS);
            assertThat(store.held(List.of(erased))).containsExactly(erased);
            assertThat(IndexScan.held(index, List.of(erased))).containsExactly(erased);
            assertThat(mentions(index, "content-of-a")).isTrue();

            await().until(() -> {
                store.expunge(List.of(erased));
                store.refresh();
                return store.held(List.of(erased)).isEmpty();
            });

            assertThat(IndexScan.held(index, List.of(erased))).isEmpty();
            assertThat(mentions(index, "content-of-a")).isFalse();
            assertThat(mentions(index, "content-of-b")).isTrue();
        }
    }

    private Path written() throws StoreDamagedException {
        Path index = directory.resolve("written");
        try (LuceneStore store = LuceneStore.open(index, KEY, Clock.systemUTC())) {
            for (int i = 0; i < 20; i++) {
                write(store, i);
            }
            store.commit(OFFSETS);
        }
        return index;
    }

    private static void write(LuceneStore store, int i) {
        float[] vector = new float[KEY.dimensions()];
        vector[i % KEY.dimensions()] = 1;
        store.upsert(new EmbeddedImage(
                new StoredImage(
                        "i" + i,
                        KEY.version(),
                        null,
                        Map.of(),
                        "00ff",
                        "image/png",
                        Instant.EPOCH,
                        new StoredImage.Origin("sightline.images", 0, i),
                        new Revision(0, i + 1, 0)),
                vector));
    }

    private static EmbeddedImage image(String id, int offset) {
        float[] vector = new float[KEY.dimensions()];
        vector[offset % KEY.dimensions()] = 1;
        return new EmbeddedImage(
                new StoredImage(
                        id,
                        KEY.version(),
                        null,
                        Map.of(),
                        "content-of-" + id,
                        "image/png",
                        Instant.EPOCH,
                        new StoredImage.Origin("sightline.images", 0, offset),
                        new Revision(0, offset + 1, 0)),
                vector);
    }

    private static boolean mentions(Path index, String text) throws IOException {
        for (Path file : files(index)) {
            if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text)) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> files(Path index) throws IOException {
        try (Stream<Path> files = Files.list(index)) {
            return files.filter(file -> !file.endsWith("write.lock")).sorted().toList();
        }
    }
}
