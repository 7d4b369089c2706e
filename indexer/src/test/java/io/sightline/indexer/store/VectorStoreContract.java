package io.sightline.indexer.store;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.testing.Patience;
import io.sightline.indexer.store.NearestQuery.After;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What every retrieval store must do. One subclass for each. */
@Timeout(Patience.TEST_SECONDS)
public abstract class VectorStoreContract {

    private static final int D = 8;
    protected static final StoreKey KEY = new StoreKey("v1", D, "topic-1", "topic-2");
    private static final TopicPartition PARTITION = new TopicPartition("sightline.embeddings.v1", 2);
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    protected Path directory;

    private VectorStore store;
    private long offset;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    protected VectorStoreContract() {}

    /** Opens the store in a folder, as it was left there. */
    protected abstract VectorStore open(Path directory) throws StoreDamagedException;

    @BeforeEach
    void open() throws StoreDamagedException {
        store = open(directory);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void shouldFindWhatWasWrittenAfterARefresh() {
        EmbeddedImage image = image("a", unit(0), "cat", Map.of("split", "train"), new Revision(2, 7, 5));
        store.upsert(image);
        assertThat(store.find("a")).isEmpty();

        store.refresh();

        EmbeddedImage found = store.find("a").orElseThrow();
        assertThat(found.vector()).containsExactly(image.vector());
        assertThat(found.image()).isEqualTo(image.image());
        assertThat(store.count()).isEqualTo(1);
        assertThat(store.key()).isEqualTo(KEY);
        Hit hit = store.nearest(NearestQuery.of(unit(0), 1, 10)).getFirst();
        assertThat(hit.id()).isEqualTo("a");
        assertThat(hit.image()).isEqualTo(image.image());
    }

    @Test
    void shouldSampleTheSameImagesWhateverTheOrderTheyCameIn() {
        List<String> ids = new ArrayList<>(
                IntStream.range(0, 60).mapToObj(i -> "image-" + i).toList());
        ids.forEach(id -> upsert(id, unit(0), "cat"));
        upsert("gone", unit(0), "cat");
        delete("gone");
        store.refresh();
        List<String> sample = sampled(20);
        List<String> before = sampled(100);
        Collections.reverse(ids);
        ids.forEach(id -> upsert(id, unit(1), "dog"));
        upsert("late", unit(0), "cat");
        store.refresh();

        assertThat(sample)
                .hasSize(20)
                .doesNotHaveDuplicates()
                .isNotEqualTo(ids.subList(40, 60).reversed());
        assertThat(before).containsExactlyInAnyOrderElementsOf(ids).startsWith(sample.toArray(String[]::new));
        assertThat(sampled(20))
                .filteredOn(id -> !id.equals("late"))
                .hasSizeGreaterThanOrEqualTo(19)
                .isSubsetOf(sample);
        assertThat(store.sample(1).getFirst().vector()).containsExactly(unit(1));
        assertThat(store.sample(0)).isEmpty();
    }

    @Test
    void shouldCountTheImagesOfEachLabel() {
        assertThat(store.labels()).isEmpty();
        upsert("a", unit(0), "cat");
        upsert("b", unit(1), "cat");
        upsert("c", unit(2), "dog");
        upsert("d", unit(3), null);
        store.refresh();
        assertThat(store.labels()).containsExactlyInAnyOrderEntriesOf(Map.of("cat", 2L, "dog", 1L));

        delete("c");
        upsert("b", unit(1), "<b>bird</b>");
        store.refresh();

        assertThat(store.labels()).containsExactlyInAnyOrderEntriesOf(Map.of("cat", 1L, "<b>bird</b>", 1L));
    }

    private List<String> sampled(int most) {
        return store.sample(most).stream().map(image -> image.image().id()).toList();
    }

    @Test
    void shouldReplaceByIdAndDelete() {
        upsert("a", unit(0), "cat");
        upsert("a", unit(1), "dog");
        upsert("b", unit(2), null);
        delete("b");
        delete("never there");
        store.refresh();

        assertThat(store.count()).isEqualTo(1);
        assertThat(labelOf("a")).isEqualTo("dog");
        assertThat(store.find("b")).isEmpty();
        assertThat(store.nearest(NearestQuery.of(unit(2), 10, 10)))
                .extracting(Hit::id)
                .containsExactly("a");
    }

    @Test
    void shouldLeaveOutWhatIsNoNews() {
        store.upsert(image("a", unit(0), "new", Map.of(), new Revision(2, 10, 5)));
        store.upsert(image("a", unit(1), "older", Map.of(), new Revision(2, 9, 5)));
        store.refresh();
        store.upsert(image("a", unit(2), "older", Map.of(), new Revision(2, 3, 9)));
        store.upsert(image("a", unit(3), "same", Map.of(), new Revision(2, 10, 5)));
        store.delete("a", new Revision(2, 8, 0));
        store.refresh();

        assertThat(labelOf("a")).isEqualTo("new");
        assertThat(store.find("a").orElseThrow().vector()).containsExactly(unit(0));
    }

    @Test
    void shouldNotBringBackWhatWasDeleted() throws StoreDamagedException {
        store.upsert(image("a", unit(0), null, Map.of(), new Revision(2, 10, 0)));
        store.delete("a", new Revision(2, 11, 0));
        store.upsert(image("a", unit(1), null, Map.of(), new Revision(2, 10, 0)));
        store.commit(Map.of(PARTITION, 11L));
        reopen();

        store.upsert(image("a", unit(2), "late", Map.of(), new Revision(2, 10, 40)));
        store.relabel("a", "late", 41);
        store.refresh();
        assertThat(store.find("a")).isEmpty();
        assertThat(store.count()).isZero();

        store.upsert(image("a", unit(3), null, Map.of(), new Revision(2, 12, 0)));
        store.refresh();
        assertThat(store.find("a").orElseThrow().vector()).containsExactly(unit(3));
    }

    @Test
    void shouldForgetDeletionsThatAreOldEnough() {
        store.delete("a", new Revision(2, 11, 0));
        store.refresh();
        store.purge(Duration.ofHours(1));
        store.refresh();
        store.upsert(image("a", unit(0), null, Map.of(), new Revision(2, 10, 0)));
        store.refresh();
        assertThat(store.find("a")).isEmpty();

        store.purge(Duration.ofHours(1).negated());
        store.refresh();
        store.upsert(image("a", unit(0), null, Map.of(), new Revision(2, 10, 0)));
        store.refresh();
        assertThat(store.find("a")).isPresent();
    }

    @Test
    void shouldRelabelWithoutTouchingTheRest() {
        EmbeddedImage image = image("a", unit(3), "cat", Map.of("x", "y"), new Revision(2, 1, 4));
        store.upsert(image);
        store.refresh();

        store.relabel("a", null, 6);
        store.relabel("a", "older", 5);
        store.relabel("never there", "cat", 7);
        store.refresh();

        EmbeddedImage found = store.find("a").orElseThrow();
        assertThat(found.image()).isEqualTo(image.image().withLabel(null, 6));
        assertThat(found.vector()).containsExactly(image.vector());
        assertThat(store.count()).isEqualTo(1);
    }

    @Test
    void shouldRelabelWhatIsNotSearchableYet() {
        store.upsert(image("a", unit(3), "cat", Map.of(), new Revision(2, 1, 4)));
        store.relabel("a", "dog", 5);
        store.refresh();

        assertThat(labelOf("a")).isEqualTo("dog");
    }

    /** Every history of writes, replayed from every offset, ends in the state of the history. */
    @Test
    void shouldEndInTheSameStateWhereverAReplayBegins() throws StoreDamagedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> ids = List.of("a", "b", "c", "\u00fc\u4e16\u754c");
        Map<String, float[]> truth = new HashMap<>();
        List<Runnable> history = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String id = ids.get(random.nextInt(ids.size()));
            Revision revision = new Revision(2, i + 1, 0);
            if (random.nextInt(4) == 0) {
                truth.remove(id);
                history.add(() -> store.delete(id, revision));
            } else {
                float[] vector = randomUnit(random);
                truth.put(id, vector);
                history.add(() -> store.upsert(image(id, vector, null, Map.of(), revision)));
            }
        }
        history.forEach(Runnable::run);
        store.commit(Map.of(PARTITION, 60L));
        reopen();
        for (int begin : new int[] {0, 59, random.nextInt(60), random.nextInt(60)}) {
            for (Runnable write : history.subList(begin, history.size())) {
                write.run();
                if (random.nextInt(10) == 0) {
                    store.refresh();
                    requireState(truth, "seed " + seed + ", replayed from " + begin);
                }
            }
        }
        store.refresh();
        requireState(truth, "seed " + seed);
    }

    private void requireState(Map<String, float[]> truth, String when) {
        assertThat(store.count()).as(when).isEqualTo(truth.size());
        truth.forEach((id, vector) ->
                assertThat(store.find(id).orElseThrow().vector()).as(when).containsExactly(vector));
    }

    @Test
    void shouldRankByCosineLikeAnExactScan() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<EmbeddedImage> images = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            images.add(image("image-" + i, randomUnit(random), null, Map.of(), nextRevision()));
        }
        images.forEach(store::upsert);
        store.refresh();
        float[] query = randomUnit(random);

        List<Hit> hits = store.nearest(NearestQuery.of(query, 10, 300));

        List<String> exact = images.stream()
                .sorted(Comparator.comparingDouble((EmbeddedImage image) -> -dot(image.vector(), query)))
                .limit(10)
                .map(image -> image.image().id())
                .toList();
        assertThat(hits).as("seed " + seed).extracting(Hit::id).isEqualTo(exact);
        for (Hit hit : hits) {
            float[] vector = store.find(hit.id()).orElseThrow().vector();
            assertThat(hit.score()).isCloseTo(dot(vector, query), within(1e-5));
        }
    }

    @Test
    void shouldFilterByLabelTagsAndTimeAndLeaveOutTheExcluded() {
        for (int i = 0; i < 40; i++) {
            String label = i % 4 == 0 ? "fourth" : i % 2 == 0 ? "even" : null;
            Map<String, String> tags =
                    i < 20 ? Map.of("split", "train", "camera", "c" + i) : Map.of("split", i < 30 ? "test" : "held");
            store.upsert(new EmbeddedImage(
                    new StoredImage(
                            "i" + i,
                            "v1",
                            label,
                            tags,
                            "00ff",
                            "image/png",
                            NOON.plusSeconds(i),
                            new StoredImage.Origin("sightline.images", 2, i),
                            nextRevision()),
                    unit(i % D)));
        }
        store.refresh();

        assertThat(passing(new Filter(Set.of("fourth"), Map.of(), null, null))).isEqualTo(numbers(i -> i % 4 == 0));
        assertThat(passing(new Filter(Set.of("fourth", "even", "none"), Map.of(), null, null)))
                .isEqualTo(numbers(i -> i % 2 == 0));
        assertThat(passing(tagged("split", new Filter.OneOf(Set.of("test", "held")))))
                .isEqualTo(numbers(i -> i >= 20));
        assertThat(passing(tagged("camera", new Filter.Exists(true)))).isEqualTo(numbers(i -> i < 20));
        assertThat(passing(tagged("camera", new Filter.Exists(false)))).isEqualTo(numbers(i -> i >= 20));
        assertThat(passing(tagged("split", new Filter.OneOf(Set.of("none"))))).isEmpty();
        assertThat(passing(new Filter(Set.of(), Map.of(), NOON.plusSeconds(5), NOON.plusSeconds(9))))
                .isEqualTo(numbers(i -> i >= 5 && i < 9));
        assertThat(passing(new Filter(
                        Set.of("even"), Map.of("camera", new Filter.Exists(false)), NOON.plusSeconds(30), null)))
                .isEqualTo(numbers(i -> i >= 30 && i % 4 == 2));
        assertThat(store.nearest(new NearestQuery(unit(0), 40, 100, Filter.NONE, Set.of("i0", "i8"), null)))
                .extracting(Hit::id)
                .hasSize(38)
                .doesNotContain("i0", "i8");
    }

    private static Filter tagged(String key, Filter.TagRule rule) {
        return new Filter(Set.of(), Map.of(key, rule), null, null);
    }

    private Set<String> passing(Filter filter) {
        List<Hit> hits = store.nearest(new NearestQuery(unit(0), 40, 100, filter, Set.of(), null));
        Set<String> ids = new HashSet<>();
        hits.forEach(hit -> assertThat(ids.add(hit.id())).as(hit.id()).isTrue());
        return ids;
    }

    private static Set<String> numbers(java.util.function.IntPredicate which) {
        Set<String> ids = new HashSet<>();
        IntStream.range(0, 40).filter(which).forEach(i -> ids.add("i" + i));
        return ids;
    }

    @Test
    void shouldPageThroughAllWithoutAGapOrADuplicateThoughScoresAreEqual() {
        // Eight twins of each of eight directions, in no order of their ids.
        List<Integer> numbers = new ArrayList<>(IntStream.range(0, 64).boxed().toList());
        Collections.reverse(numbers);
        Collections.rotate(numbers, 11);
        numbers.forEach(i -> upsert("i" + (100 + i), unit(i % D), null));
        store.refresh();
        float[] query = {0.8f, 0.6f, 0, 0, 0, 0, 0, 0};

        List<Hit> all = store.nearest(NearestQuery.of(query, 64, 64));
        List<String> paged = new ArrayList<>();
        @Nullable After after = null;
        for (int page = 0; page < 10; page++) {
            List<Hit> hits = store.nearest(new NearestQuery(query, 7, 10, Filter.NONE, Set.of(), after));
            hits.forEach(hit -> paged.add(hit.id()));
            if (!hits.isEmpty()) {
                after = new After(hits.getLast().score(), hits.getLast().id(), paged.size());
            }
        }

        assertThat(all).hasSize(64);
        assertThat(paged).isEqualTo(all.stream().map(Hit::id).toList());
        List<String> twins = paged.subList(0, 8);
        assertThat(twins).isSorted().allMatch(id -> (Integer.parseInt(id.substring(1)) - 100) % D == 0);
    }

    @Test
    void shouldAnswerFromAnEmptyIndexAndWithMoreThanThereIs() {
        assertThat(store.nearest(NearestQuery.of(unit(0), 10, 100))).isEmpty();
        upsert("only \u00fc\u4e16\u754c \ud83d\ude00", unit(0), null);
        store.refresh();

        assertThat(store.nearest(NearestQuery.of(unit(0), 10, 100)))
                .extracting(Hit::id)
                .containsExactly("only \u00fc\u4e16\u754c \ud83d\ude00");
    }

    @Test
    void shouldRefuseWhatIsNotOfItsSpaceAndGoOn() {
        Revision revision = nextRevision();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.upsert(image("short", new float[] {1, 0}, null, Map.of(), revision)))
                .withMessageContaining("short")
                .withMessageContaining("2 dimensions, not of v1 with 8");
        float[] twice = unit(0);
        twice[0] = 2;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.upsert(image("long", twice, null, Map.of(), revision)))
                .withMessageContaining("length 2.0, not 1");
        float[] nothing = unit(0);
        nothing[3] = Float.NaN;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.upsert(image("nan", nothing, null, Map.of(), revision)));
        upsert("good", unit(0), null);
        store.refresh();

        assertThat(store.count()).isEqualTo(1);
    }

    @Test
    void shouldKeepDocumentsAndOffsetsTogether() throws StoreDamagedException {
        upsert("committed", unit(0), null);
        store.commit(Map.of(PARTITION, 17L));
        upsert("not committed", unit(1), null);
        reopen();

        assertThat(store.committedOffsets()).isEqualTo(Map.of(PARTITION, 17L));
        assertThat(store.find("committed")).isPresent();
        assertThat(store.find("not committed")).isEmpty();
    }

    @Test
    void shouldHaveNoOffsetsBeforeTheFirstCommit() throws StoreDamagedException {
        assertThat(store.committedOffsets()).isEmpty();
        assertThat(store.count()).isZero();
        reopen();
        assertThat(store.committedOffsets()).isEmpty();
    }

    @Test
    void shouldAnswerWhileItIsWrittenTo() throws InterruptedException {
        upsert("steady", unit(0), "here");
        store.refresh();
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        AtomicBoolean stopped = new AtomicBoolean();
        AtomicInteger searches = new AtomicInteger();
        Thread searcher = Thread.ofPlatform().start(() -> {
            try {
                while (!stopped.get()) {
                    assertThat(store.nearest(NearestQuery.of(unit(0), 1, 50))
                                    .getFirst()
                                    .score())
                            .isCloseTo(1, within(1e-5));
                    assertThat(store.find("steady")).isPresent();
                    searches.incrementAndGet();
                }
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        Thread committer = Thread.ofPlatform().start(() -> {
            try {
                for (long i = 0; !stopped.get(); i++) {
                    store.commit(Map.of(PARTITION, i));
                }
            } catch (RuntimeException | Error e) {
                failure.set(e);
            }
        });
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            if (i % 5 == 4) {
                delete("i" + i % 100);
            } else {
                upsert("i" + i % 100, randomUnit(random), null);
            }
            if (i % 50 == 0) {
                store.refresh();
            }
        }
        await().until(() -> searches.get() > 0 || failure.get() != null);
        stopped.set(true);
        searcher.join();
        committer.join();

        assertThat(failure.get()).isNull();
        assertThat(searches.get()).isPositive();
        store.refresh();
        assertThat(store.count()).isEqualTo(81);
    }

    private void reopen() throws StoreDamagedException {
        store.close();
        store = open(directory);
    }

    private Revision nextRevision() {
        return new Revision(2, ++offset, 0);
    }

    @Test
    void shouldHoldADeletedImageUntilItIsExpunged() {
        for (int i = 0; i < 20; i++) {
            upsert("image-" + i, unit(i % D), "cat");
        }
        store.refresh();
        store.commit(Map.of(PARTITION, 20L));
        delete("image-3");
        store.refresh();
        Erased erased = erased("image-3");

        store.expunge(List.of(erased));
        // Copies in a cluster may ask for operations of the past for 30 s, and what was deleted stays as long.
        await().atMost(Patience.LIMIT.multipliedBy(2)).until(() -> {
            store.expunge(List.of(erased));
            store.refresh();
            return store.held(List.of(erased)).isEmpty();
        });

        assertThat(store.find("image-3")).isEmpty();
        assertThat(store.count()).isEqualTo(19);
        close();
        store = reopened();
        assertThat(store.held(List.of(erased))).isEmpty();
        assertThat(store.count()).isEqualTo(19);
    }

    @Test
    void shouldHoldWhatIsNotDeleted() {
        upsert("a", unit(0), "cat");
        upsert("b", unit(1), "dog");
        store.refresh();
        Erased a = erased("a");

        assertThat(store.held(List.of(a, erased("never there")))).containsExactly(a);
        assertThat(store.held(List.of(erased("b"), a))).containsExactlyInAnyOrder(a, erased("b"));
    }

    @Test
    void shouldKeepAnImageThatWasSentAgainAfterItsDeletion() {
        Erased before = new Erased("a", new StoredImage.Origin("sightline.images", 2, 41));
        upsert("a", unit(0), "cat");
        store.refresh();

        store.expunge(List.of(before));

        assertThat(store.held(List.of(before))).isEmpty();
        assertThat(store.find("a")).isPresent();
    }

    private VectorStore reopened() {
        try {
            return open(directory);
        } catch (StoreDamagedException e) {
            throw new AssertionError(e);
        }
    }

    /** Deleted behind the event of all images of these tests. */
    private static Erased erased(String id) {
        return new Erased(id, new StoredImage.Origin("sightline.images", 2, 42));
    }

    private void upsert(String id, float[] vector, @Nullable String label) {
        store.upsert(image(id, vector, label, Map.of(), nextRevision()));
    }

    private void delete(String id) {
        store.delete(id, nextRevision());
    }

    private @Nullable String labelOf(String id) {
        return store.find(id).orElseThrow().image().label();
    }

    private static EmbeddedImage image(
            String id, float[] vector, @Nullable String label, Map<String, String> tags, Revision revision) {
        return new EmbeddedImage(
                new StoredImage(
                        id,
                        "v1",
                        label,
                        tags,
                        "00ff",
                        "image/png",
                        NOON,
                        new StoredImage.Origin("sightline.images", 2, 41),
                        revision),
                vector);
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
