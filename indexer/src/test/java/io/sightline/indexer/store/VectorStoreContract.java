package io.sightline.indexer.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every retrieval store must do. One subclass for each. */
public abstract class VectorStoreContract {

    private static final int D = 8;
    private static final TopicPartition PARTITION = new TopicPartition("sightline.embeddings.v1", 2);

    @TempDir
    Path directory;

    private VectorStore store;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    protected VectorStoreContract() {}

    /** Opens the store in a folder, as it was left there. */
    protected abstract VectorStore open(Path directory);

    @BeforeEach
    void open() {
        store = open(directory);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldFindWhatWasWrittenAfterARefresh() {
        StoredImage image = image("a", unit(0), "cat", Map.of("split", "train"));
        store.upsert(image);
        assertThat(store.find("a")).isEmpty();

        store.refresh();

        StoredImage found = store.find("a").orElseThrow();
        assertThat(found.vector()).containsExactly(image.vector());
        assertThat(found).usingRecursiveComparison().ignoringFields("vector").isEqualTo(image);
        assertThat(store.count()).isEqualTo(1);
    }

    @Test
    void shouldReplaceByIdAndDelete() {
        store.upsert(image("a", unit(0), "cat", Map.of()));
        store.upsert(image("a", unit(1), "dog", Map.of()));
        store.upsert(image("b", unit(2), null, Map.of()));
        store.delete("b");
        store.delete("never there");
        store.refresh();

        assertThat(store.count()).isEqualTo(1);
        assertThat(store.find("a").orElseThrow().label()).isEqualTo("dog");
        assertThat(store.find("b")).isEmpty();
    }

    @Test
    void shouldRelabelWithoutTouchingTheRest() {
        StoredImage image = image("a", unit(3), "cat", Map.of("x", "y"));
        store.upsert(image);
        store.refresh();

        store.relabel("a", null);
        store.relabel("never there", "cat");
        store.refresh();

        StoredImage found = store.find("a").orElseThrow();
        assertThat(found.label()).isNull();
        assertThat(found.vector()).containsExactly(image.vector());
        assertThat(found.tags()).isEqualTo(image.tags());
        assertThat(store.count()).isEqualTo(1);
    }

    @Test
    void shouldRankByCosineLikeAnExactScan() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<StoredImage> images = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            images.add(image("image-" + i, randomUnit(random), null, Map.of()));
        }
        images.forEach(store::upsert);
        store.refresh();
        float[] query = randomUnit(random);

        List<Hit> hits = store.nearest(new NearestQuery(query, 10, 300, Map.of(), null, Set.of()));

        List<String> exact = images.stream()
                .sorted(Comparator.comparingDouble((StoredImage image) -> -dot(image.vector(), query)))
                .limit(10)
                .map(StoredImage::id)
                .toList();
        assertThat(hits).as("seed " + seed).extracting(hit -> hit.image().id()).isEqualTo(exact);
        for (Hit hit : hits) {
            assertThat(hit.score()).isCloseTo(dot(hit.image().vector(), query), within(1e-5));
        }
    }

    @Test
    void shouldFilterByTagsAndLabelAndLeaveOutTheExcluded() {
        for (int i = 0; i < 40; i++) {
            String label = i % 2 == 0 ? "even" : "odd";
            store.upsert(image("i" + i, unit(i % D), label, Map.of("split", i < 20 ? "train" : "test")));
        }
        store.refresh();

        List<Hit> hits =
                store.nearest(new NearestQuery(unit(0), 40, 100, Map.of("split", "test"), "even", Set.of("i24")));

        assertThat(hits).extracting(hit -> hit.image().id()).hasSize(9).doesNotContain("i24");
        assertThat(hits).allMatch(hit -> "even".equals(hit.image().label()));
        assertThat(store.nearest(new NearestQuery(unit(0), 5, 50, Map.of("split", "none"), null, Set.of())))
                .isEmpty();
    }

    @Test
    void shouldAnswerFromAnEmptyIndexAndWithMoreThanThereIs() {
        assertThat(store.nearest(new NearestQuery(unit(0), 10, 100, Map.of(), null, Set.of())))
                .isEmpty();
        store.upsert(image("only \u00fc\u4e16\u754c", unit(0), null, Map.of()));
        store.refresh();

        assertThat(store.nearest(new NearestQuery(unit(0), 10, 100, Map.of(), null, Set.of())))
                .extracting(hit -> hit.image().id())
                .containsExactly("only \u00fc\u4e16\u754c");
    }

    @Test
    void shouldKeepDocumentsAndOffsetsTogether() {
        store.upsert(image("committed", unit(0), null, Map.of()));
        store.commit(Map.of(PARTITION, 17L));
        store.upsert(image("not committed", unit(1), null, Map.of()));
        store.close();

        store = open(directory);

        assertThat(store.committedOffsets()).isEqualTo(Map.of(PARTITION, 17L));
        assertThat(store.find("committed")).isPresent();
        assertThat(store.find("not committed")).isEmpty();
    }

    @Test
    void shouldHaveNoOffsetsBeforeTheFirstCommit() {
        assertThat(store.committedOffsets()).isEmpty();
        assertThat(store.count()).isZero();
    }

    private static StoredImage image(String id, float[] vector, @Nullable String label, Map<String, String> tags) {
        return new StoredImage(
                id,
                "v1",
                vector,
                label,
                tags,
                "00ff",
                "image/png",
                Instant.ofEpochMilli(1_780_000_000_123L),
                new StoredImage.Origin("sightline.images", 2, 41));
    }

    private static float[] unit(int axis) {
        float[] vector = new float[D];
        vector[axis] = 1;
        return vector;
    }

    private static float[] randomUnit(Random random) {
        float[] vector = new float[D];
        double squared = 0;
        for (int i = 0; i < D; i++) {
            vector[i] = (float) random.nextGaussian();
            squared += (double) vector[i] * vector[i];
        }
        for (int i = 0; i < D; i++) {
            vector[i] /= (float) Math.sqrt(squared);
        }
        return vector;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
