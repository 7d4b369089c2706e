package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestModels;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.schemas.avro.ModelEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** v2 answers now. Whatever is of another version is refused, and both versions are named. */
@Timeout(Patience.TEST_SECONDS)
class VersionSkewTest {

    @TempDir
    Path root;

    private TestServing versions;
    private SearchService search;
    private String oldCursor;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    VersionSkewTest() {}

    @BeforeEach
    void start() throws Exception {
        versions = new TestServing(root);
        search = new SearchService(versions.serving, new LiveQueries());
        for (String version : List.of("v1", "v2")) {
            LuceneStore store = versions.open(version);
            store.upsert(versions.image(version, "a", null, 0.9));
            store.upsert(versions.image(version, "b", null, 0.8));
            store.refresh();
        }
        versions.activate("v1");
        oldCursor = String.valueOf(search.search(request(Map.of("id", "a", "k", 1, "includeSelf", true)))
                .next());
        versions.activate("v2");
    }

    @AfterEach
    void stop() {
        versions.close();
    }

    /** What clients have kept from before the swap, or have of a version that is not active here yet. */
    private Map<String, Map<String, Object>> requests() {
        return Map.of(
                "vector of an old version", Map.of("vector", TestServing.axis(), "version", "v1"),
                "vector of a version to come", Map.of("vector", TestServing.axis(), "version", "v3"),
                "image for a version that is gone", Map.of("image", TestImages.png(40, 40, 1), "version", "v1"),
                "id for a version that is gone", Map.of("id", "a", "version", "v1"),
                "cursor of an old version", Map.of("id", "a", "k", 1, "includeSelf", true, "after", oldCursor));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vector of an old version",
                "vector of a version to come",
                "image for a version that is gone",
                "id for a version that is gone",
                "cursor of an old version"
            })
    void shouldRefuseRequests(String what) {
        Map<String, Object> request = requests().get(what);
        assertThat(request).isNotNull();

        ApiException refused = (ApiException) catchThrowable(() -> search.search(request(request)));

        String other = what.contains("to come") ? "v3" : "v1";
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused).hasMessageContaining("of " + (what.startsWith("cursor") ? "" : "version ") + other);
        assertThat(refused).hasMessageContaining("v2 answers now");
    }

    @Test
    void shouldRefuseTheSameInABatchAndAnswerTheRest() {
        Map<String, Object> good = Map.of("vector", TestServing.axis(), "version", "v2");
        Map<String, Object> bad = Map.of("vector", TestServing.axis(), "version", "v1");
        BatchSearch.Answers answers = new BatchSearch(versions.serving)
                .search(ApiServer.JSON.convertValue(Map.of("queries", List.of(bad, good)), BatchSearch.Request.class));

        assertThat(answers.version()).isEqualTo("v2");
        BatchSearch.Failure refused = (BatchSearch.Failure) answers.answers().getFirst();
        assertThat(refused.error().status()).isEqualTo(409);
        assertThat(refused.error().message()).contains("of version v1", "v2 answers now");
        assertThat(((SearchAnswer) answers.answers().getLast()).hits()).hasSize(2);
    }

    @Test
    void shouldRefuseAVectorOfTheRightNameAndTheWrongLength() {
        assertThatThrownBy(() -> search.search(request(Map.of("vector", new float[] {1, 0}, "version", "v2"))))
                .hasMessage("the vector has 2 components; those of v2 have 8");
    }

    @Test
    void shouldRefuseAnIndexFolderOfAnotherVersionOrTopic() throws Exception {
        Path folder = root.resolve("restarted");
        try (LuceneStore old = LuceneStore.open(folder, key("v1", "topic-1"), Clock.systemUTC())) {
            old.commit(Map.of());
        }

        assertThatThrownBy(() -> LuceneStore.open(folder, key("v2", "topic-1"), Clock.systemUTC()))
                .isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining("is of version v1, not v2");
        assertThatThrownBy(() -> LuceneStore.open(folder, key("v1", "topic-2"), Clock.systemUTC()))
                .isInstanceOf(StoreDamagedException.class)
                .hasMessageContaining("is of embeddings topic topic-1, not topic-2");
    }

    @Test
    void shouldRefuseAnEmbeddingOfAnotherVersion() {
        LuceneStore store = (LuceneStore) versions.serving.answer(Serving::store);

        assertThatThrownBy(() -> store.upsert(versions.image("v1", "c", null, 0.5)))
                .hasMessageContaining("image c is of version v1")
                .hasMessageContaining("not of v2");
    }

    @Test
    void shouldRefuseANetworkOfAnotherVersion() {
        ModelArtifact old = TestModels.write(root.resolve("old"), "v1", Preprocessing.DRAWING, TestServing.D, 1);
        ModelEvent event = ModelEvent.newBuilder(TestModels.event(old, TestServing.NOW))
                .setVersion("v3")
                .build();

        assertThatThrownBy(() -> ModelArtifact.of(event))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("is of version v1 with 8 dimensions, not of v3");
    }

    @Test
    void shouldGoOnWithTheVersionThatAnswersWhenTheNextOneIsNotWhatItSays() throws Exception {
        versions.open("v3");
        versions.announce("v3", TestModels.write(root.resolve("old"), "v1", Preprocessing.DRAWING, TestServing.D, 1));

        await().during(Duration.ofMillis(300))
                .until(() -> versions.serving.version().equals(Optional.of("v2")));

        assertThat(search.search(request(Map.of("id", "a"))).version()).isEqualTo("v2");
    }

    private static StoreKey key(String version, String topic) {
        return new StoreKey(version, TestServing.D, topic, "labels");
    }

    private static SearchRequest request(Map<String, ?> request) {
        return ApiServer.JSON.convertValue(request, SearchRequest.class);
    }
}
