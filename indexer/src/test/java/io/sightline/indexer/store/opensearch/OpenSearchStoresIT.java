package io.sightline.indexer.store.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.embedder.testing.Patience;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What only the stores on a cluster do. */
@Timeout(Patience.TEST_SECONDS)
@ExtendWith(OnTestCluster.class)
class OpenSearchStoresIT {

    private static final StoreKey KEY = new StoreKey("v1", 4, "topic-1", "topic-2");

    private final OpenSearchSettings settings;
    private final OpenSearchStores stores;
    private final OpenSearchConnection outside;

    OpenSearchStoresIT(OpenSearchSettings cluster) {
        this.settings = TestCluster.ownIndexes(cluster);
        this.stores = new OpenSearchStores(settings, Clock.systemUTC());
        this.outside = new OpenSearchConnection(settings);
    }

    @AfterEach
    void removeIndexes() {
        stores.present().forEach(stores::discard);
        outside.close();
        stores.close();
    }

    @Test
    void shouldLetTheAliasStandForOneVersionAfterTheOther() throws StoreDamagedException {
        StoreKey second = new StoreKey("v2", 4, "topic-3", "topic-2");
        try (VectorStore one = stores.open(KEY);
                VectorStore other = stores.open(second)) {
            stores.activate("v1");
            assertThat(aliased()).containsExactly(stores.index("v1"));

            stores.activate("v2");
            stores.activate("v2");
            assertThat(aliased()).containsExactly(stores.index("v2"));

            stores.activate("v1");
            assertThat(aliased()).containsExactly(stores.index("v1"));
            assertThat(List.of(one.key(), other.key())).containsExactly(KEY, second);
        }
    }

    private List<String> aliased() {
        JsonNode indexes = outside.send(Call.get("/_alias/" + settings.prefix() + "-active"));
        List<String> names = new ArrayList<>();
        indexes.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void shouldListAndRemoveWhatItHas() throws StoreDamagedException {
        stores.open(KEY).close();
        stores.open(new StoreKey("V_2", 4, "topic-3", "topic-2")).close();
        assertThat(stores.present()).containsExactly("V_2", "v1");

        stores.discard("V_2");
        stores.discard("never there");

        assertThat(stores.present()).containsExactly("v1");
    }

    static Stream<StoreKey> keysOfOthers() {
        return Stream.of(
                new StoreKey("v1", 5, "topic-1", "topic-2"),
                new StoreKey("v1", 4, "another", "topic-2"),
                new StoreKey("v1", 4, "topic-1", "another"));
    }

    @ParameterizedTest
    @MethodSource("keysOfOthers")
    void shouldRefuseAnIndexOfSomethingElse(StoreKey other) throws StoreDamagedException {
        stores.open(KEY).close();

        assertThatExceptionOfType(StoreDamagedException.class)
                .isThrownBy(() -> stores.open(other))
                .withMessageContaining(stores.index("v1"))
                .withMessageContaining(", not ");
    }

    @Test
    void shouldTakeIdsAndTagsOfAnyLengthAndKind() throws StoreDamagedException {
        List<String> ids = List.of("\u4e16".repeat(300), "a/b c?d#e%2F\"\\", "\ud83d\ude00", "_all", "..", "=x", "#x");
        Map<String, String> tags = Map.of("", "", "a.b", "c", "long", "x".repeat(40_000), "\u00fc", "\n");
        try (VectorStore store = stores.open(KEY)) {
            for (int i = 0; i < ids.size(); i++) {
                store.upsert(image(ids.get(i), tags, new Revision(0, i + 1, 0)));
            }
            store.refresh();

            for (String id : ids) {
                assertThat(store.find(id).orElseThrow().image().tags()).as(id).isEqualTo(tags);
            }
            assertThat(store.nearest(NearestQuery.of(new float[] {1, 0, 0, 0}, 100, 100)))
                    .extracting(hit -> hit.image().id())
                    .containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    @Test
    void shouldShowAllImagesAndTombstonesOverManyPages() throws StoreDamagedException {
        try (VectorStore store = stores.open(KEY)) {
            Set<String> wanted = new TreeSet<>();
            for (int i = 0; i < 2_500; i++) {
                store.upsert(image("image-" + i, Map.of(), new Revision(0, i + 1, 0)));
                wanted.add("image-" + i);
            }
            store.delete("image-17", new Revision(0, 9_000, 0));
            store.refresh();
            wanted.remove("image-17");
            wanted.add("gone image-17");

            Set<String> seen = new TreeSet<>();
            store.scan(new ImageVisitor() {
                @Override
                public void image(StoredImage image) {
                    assertThat(seen.add(image.id())).as(image.id()).isTrue();
                }

                @Override
                public void tombstone(String id) {
                    assertThat(seen.add("gone " + id)).as(id).isTrue();
                }
            });

            assertThat(seen).isEqualTo(wanted);
            assertThat(store.count()).isEqualTo(2_499);
        }
    }

    @Test
    void shouldWriteALabelIntoWhatIsStoredThoughAnOlderWriteWaits() throws StoreDamagedException {
        try (VectorStore store = stores.open(KEY)) {
            store.upsert(image("a", Map.of("write", "new"), new Revision(0, 9, 0)));
            store.refresh();
            store.upsert(image("a", Map.of("write", "old"), new Revision(0, 3, 0)));
            store.relabel("a", "cat", 4);
            store.refresh();

            StoredImage found = store.find("a").orElseThrow().image();
            assertThat(found.tags()).containsEntry("write", "new");
            assertThat(found.label()).isEqualTo("cat");
            assertThat(found.revision()).isEqualTo(new Revision(0, 9, 4));
        }
    }

    @Test
    void shouldLetATombstoneStandForAnImageThatIsRefusedAndTakeTheOthers() throws StoreDamagedException {
        byte[] unknownField = "{\"colour\": \"red\"}".getBytes(StandardCharsets.UTF_8);
        try (VectorStore store = stores.open(KEY);
                BulkWriter writer = new BulkWriter(outside, stores.index("v1"), Clock.systemUTC())) {
            store.upsert(image("odd", Map.of(), new Revision(0, 1, 0)));
            store.refresh();
            writer.add(Write.of(image("before", Map.of(), new Revision(0, 1, 0)), Instant.EPOCH));
            writer.add(new Write("odd", new Revision(0, 7, 0), unknownField, Write.Kind.IMAGE));
            writer.add(Write.of(image("behind", Map.of(), new Revision(0, 2, 0)), Instant.EPOCH));
            writer.flush();

            assertThat(writer.refused()).isEqualTo(1);
            store.upsert(image("odd", Map.of(), new Revision(0, 6, 0)));
            store.refresh();
            assertThat(store.find("before")).isPresent();
            assertThat(store.find("behind")).isPresent();
            assertThat(store.find("odd")).as("what there was is older").isEmpty();
            assertThat(store.refused()).isZero();
        }
    }

    @Test
    void shouldWriteAgainAsItIsWhatWasThereAlready() throws StoreDamagedException {
        EmbeddedImage newer = image("a", Map.of("write", "newer"), new Revision(0, 9, 3));
        try (VectorStore store = stores.open(KEY)) {
            store.upsert(newer);
            store.upsert(image("b", Map.of(), new Revision(0, 10, 0)));
            store.commit(Map.of());
        }
        try (VectorStore store = stores.open(KEY)) {
            JsonNode before = document("a");
            store.upsert(image("a", Map.of("write", "older"), new Revision(0, 8, 0)));
            store.refresh();

            JsonNode after = document("a");
            assertThat(after.path("_seq_no").asLong())
                    .as("it was written again, and acknowledged")
                    .isGreaterThan(before.path("_seq_no").asLong());
            assertThat(after.path("_version")).isEqualTo(before.path("_version"));
            assertThat(after.path("_source")).isEqualTo(before.path("_source"));
            assertThat(store.find("a").orElseThrow().image()).isEqualTo(newer.image());
            assertThat(store.find("a").orElseThrow().vector()).containsExactly(newer.vector());
        }
    }

    @Test
    void shouldWriteAgainALabelThatWasThereAlready() throws StoreDamagedException {
        try (VectorStore store = stores.open(KEY)) {
            store.upsert(image("a", Map.of(), new Revision(0, 9, 0)));
            store.relabel("a", "cat", 4);
            store.refresh();
            JsonNode before = document("a");

            store.relabel("a", "cat", 4);
            store.relabel("a", "older", 3);
            store.refresh();

            assertThat(document("a").path("_seq_no").asLong())
                    .isGreaterThan(before.path("_seq_no").asLong());
            assertThat(store.find("a").orElseThrow().image().label()).isEqualTo("cat");
        }
    }

    private JsonNode document(String id) {
        return outside.send(Call.get("/" + stores.index("v1") + "/_doc/" + DocumentIds.of(id)));
    }

    @Test
    void shouldTakeNothingIntoAnIndexThatSomebodyElseRemoved() throws StoreDamagedException {
        try (VectorStore store = stores.open(KEY)) {
            stores.discard("v1");
            store.upsert(image("a", Map.of(), new Revision(0, 1, 0)));

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(store::refresh)
                    .withMessageContaining("strict_dynamic_mapping_exception");
        }
    }

    @Test
    void shouldAnswerFromSeveralShards() throws StoreDamagedException {
        OpenSearchSettings three = settings.with(new OpenSearchSettings.Layout(3, 0));
        try (OpenSearchStores sharded = new OpenSearchStores(three, Clock.systemUTC());
                VectorStore store = sharded.open(KEY)) {
            for (int i = 0; i < 200; i++) {
                store.upsert(image("image-" + (1_000 + i), Map.of(), new Revision(0, i + 1, 0)));
            }
            store.refresh();

            var nearest = store.search(NearestQuery.of(new float[] {1, 0, 0, 0}, 5, 10));

            assertThat(nearest.hits())
                    .extracting(hit -> hit.id())
                    .containsExactly("image-1000", "image-1001", "image-1002", "image-1003", "image-1004");
            assertThat(nearest.trace().segments()).isEqualTo(3);
        }
    }

    /** All of one direction, so that all scores are equal. */
    private static EmbeddedImage image(String id, Map<String, String> tags, Revision revision) {
        @Nullable String label = null;
        return new EmbeddedImage(
                new StoredImage(
                        id,
                        "v1",
                        label,
                        tags,
                        "00ff",
                        "image/png",
                        Instant.ofEpochMilli(1_700_000_000_000L),
                        new StoredImage.Origin("sightline.images", 0, revision.embedding()),
                        revision),
                new float[] {0.6f, 0.8f, 0, 0});
    }
}
