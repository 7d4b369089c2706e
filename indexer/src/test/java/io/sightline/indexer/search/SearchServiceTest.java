package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.indexer.store.StoredImage.Origin;
import io.sightline.indexer.store.lucene.LuceneStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class SearchServiceTest {

    /** In the order of their scores; two of them have the same vector. */
    private static final List<String> IDS = List.of("a", "b", "c", "d", "e", "f", "g", "h");

    @TempDir
    Path root;

    private TestServing versions;
    private SearchService search;
    private BatchSearch batch;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    SearchServiceTest() {}

    @BeforeEach
    void start() throws Exception {
        versions = new TestServing(root);
        LuceneStore store = versions.open("v1");
        List<@Nullable String> labels = new ArrayList<>(List.of("cat", "cat", "dog", "cat", "", "", "dog", "bird"));
        double[] cosines = {0.99, 0.9, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4};
        for (int i = 0; i < IDS.size(); i++) {
            String label = labels.get(i);
            store.upsert(versions.image("v1", IDS.get(i), "".equals(label) ? null : label, cosines[i]));
        }
        store.refresh();
        versions.activate("v1");
        search = new SearchService(versions.serving, new LiveQueries());
        batch = new BatchSearch(versions.serving);
    }

    @AfterEach
    void stop() {
        versions.close();
    }

    @Test
    void shouldGiveAllHitsPageByPageInOneOrder() {
        List<String> found = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        @Nullable String after = null;
        do {
            SearchAnswer page = search(Map.of("k", 3), after);
            found.addAll(ids(page));
            sizes.add(page.hits().size());
            after = page.next();
        } while (after != null);

        assertThat(found).containsExactlyElementsOf(IDS);
        assertThat(sizes).containsExactly(3, 3, 2);
    }

    @Test
    void shouldLetPagesDifferInSizeAndEf() {
        String after = search(Map.of("k", 2, "ef", 50), null).next();

        assertThat(ids(search(Map.of("k", 4, "ef", 10), after))).containsExactly("c", "d", "e", "f");
    }

    @Test
    void shouldRefuseACursorOfAnotherQuery() {
        String after = search(Map.of("k", 2), null).next();

        for (Map<String, Object> other : List.<Map<String, Object>>of(
                Map.of("filter", Map.of("label", "cat")),
                Map.of("filter", Map.of("tags", Map.of("shape", "a"))),
                Map.of("filter", Map.of("eventTime", Map.of("from", "2026-01-01T00:00:00Z"))),
                Map.of("diversify", Map.of("most", 1)),
                Map.of("includeSelf", true))) {
            assertThat(refusal(other, after).type()).as("%s", other).isEqualTo("cursor-of-another-query");
        }
        ApiException byId = refused(request(Map.of("id", "a", "after", String.valueOf(after))));
        assertThat(byId.status()).isEqualTo(400);
        assertThat(byId.type()).isEqualTo("cursor-of-another-query");
    }

    @Test
    void shouldRefuseACursorOfAnImageWhoseContentChanged() throws Exception {
        String after = search.search(request(Map.of("id", "a", "k", 2))).next();
        LuceneStore store = (LuceneStore) versions.serving.answer(Serving::store);
        store.upsert(versions.image("v1", "a", "cat", 0.1));
        store.refresh();

        ApiException refused = refused(request(Map.of("id", "a", "k", 2, "after", String.valueOf(after))));

        assertThat(refused).hasMessageContaining("gets new content");
    }

    @Test
    void shouldRefuseACursorOfAnotherVersionAndNameBoth() throws Exception {
        byte[] image = TestImages.png(40, 40, 1);
        String encoded = Base64.getEncoder().encodeToString(image);
        String after = search.search(request(Map.of("image", encoded, "k", 2))).next();
        versions.open("v2");
        versions.activate("v2");

        ApiException refused = refused(request(Map.of("image", encoded, "k", 2, "after", String.valueOf(after))));

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.type()).isEqualTo("cursor-of-another-version");
        assertThat(refused).hasMessageContaining("the cursor is of v1 but v2 answers now");
    }

    @Test
    void shouldRefuseWhatIsNoCursor() {
        String after = String.valueOf(search(Map.of("k", 2), null).next());
        String altered = after.substring(0, 9) + (after.charAt(9) == 'A' ? 'B' : 'A') + after.substring(10);

        for (String wrong : List.of("", "?", "AAAA", altered, after + "AAAA", after.substring(0, after.length() - 4))) {
            ApiException refused = refusal(Map.of(), wrong);
            assertThat(refused.status()).as(wrong).isEqualTo(400);
            assertThat(refused.type()).as(wrong).isEqualTo("bad-cursor");
        }
    }

    @Test
    void shouldTakeTheBestOfEachLabelAndAllWithoutOne() {
        assertThat(ids(search(Map.of("diversify", Map.of()), null))).containsExactly("a", "c", "e", "f", "h");
        assertThat(ids(search(Map.of("diversify", Map.of("by", "label", "most", 2), "k", 5), null)))
                .containsExactly("a", "b", "c", "e", "f");
    }

    @Test
    void shouldCountTheLabelsOfThePagesBefore() {
        Map<String, Object> diverse = Map.of("diversify", Map.of("most", 1), "k", 2);
        List<String> found = new ArrayList<>();
        @Nullable String after = null;
        do {
            SearchAnswer page = search(diverse, after);
            found.addAll(ids(page));
            after = page.next();
        } while (after != null);

        assertThat(found).containsExactly("a", "c", "e", "f", "h");
    }

    @Test
    void shouldLookAtMoreCandidatesUntilThereAreEnoughLabels() {
        LuceneStore store = (LuceneStore) versions.serving.answer(Serving::store);
        for (int i = 0; i < 300; i++) {
            store.upsert(versions.image("v1", "near-" + i, "cat", 0.999));
        }
        store.refresh();

        SearchAnswer answer = search(Map.of("diversify", Map.of("most", 1), "k", 5, "ef", 10, "explain", true), null);

        assertThat(answer.hits().stream().map(SearchAnswer.Neighbour::label))
                .containsExactly("cat", "dog", null, null, "bird");
        assertThat(explanation(answer).candidates()).isGreaterThan(300);
    }

    @Test
    void shouldRefuseToDiversifyByWhatItDoesNotKnow() {
        assertThat(refusal(Map.of("diversify", Map.of("by", "colour")), null).type())
                .isEqualTo("bad-diversify");
        assertThat(refusal(Map.of("diversify", Map.of("most", 0)), null)).hasMessageContaining("1 to 1000, not 0");
    }

    @Test
    void shouldExplainAnAnswer() {
        SearchAnswer answer = search(Map.of("k", 2, "ef", 50, "explain", true), null);

        Explanation explain = explanation(answer);
        assertThat(explain.version()).isEqualTo("v1");
        assertThat(explain.embeddedBy()).isNull();
        assertThat(explain.store()).isEqualTo("lucene");
        assertThat(explain.ef()).isEqualTo(50);
        assertThat(explain.candidates()).isEqualTo(IDS.size());
        assertThat(explain.segments()).isEqualTo(1);
        assertThat(explain.micros().search()).isPositive();
        assertThat(explain.micros().query()
                        + explain.micros().search()
                        + explain.micros().read())
                .isLessThanOrEqualTo(answer.tookMicros());
        assertThat(explain.events())
                .first()
                .isEqualTo(new Explanation.Events(
                        "a", new Origin("sightline.images", 3, 10), new Origin("sightline.embeddings.v1", 3, 0)));
        assertThat(search(Map.of(), null).explain()).isNull();
    }

    @Test
    void shouldSayWhoEmbeddedTheQuery() {
        String image = Base64.getEncoder().encodeToString(TestImages.png(40, 40, 1));

        SearchAnswer answer = search.search(request(Map.of("image", image, "explain", true)));

        assertThat(explanation(answer).embeddedBy()).isEqualTo("v1");
        assertThat(explanation(answer).micros().query()).isPositive();
    }

    @Test
    void shouldAnswerEachQueryOfABatchWhateverTheOthersAre() throws Exception {
        JsonNode queries = json("""
                {"queries": [{"id": "a", "k": 1}, {"id": "nobody"}, {"nonsense": 1}, null, 7,
                             {"vector": [1, 0], "version": "v1"}, {"id": "b", "version": "v0"}, {"id": "h", "k": 1}]}
                """);

        BatchSearch.Answers answers = batch.search(ApiServer.JSON.treeToValue(queries, BatchSearch.Request.class));

        assertThat(answers.version()).isEqualTo("v1");
        assertThat(answers.answers().stream().map(SearchServiceTest::summary))
                .containsExactly(
                        "b",
                        "404 unknown-image",
                        "400 broken-json",
                        "400 broken-json",
                        "400 broken-json",
                        "400 wrong-dimensions",
                        "409 version-mismatch",
                        "g");
    }

    @Test
    void shouldRefuseBatchesOfNoneOrTooMany() {
        JsonNode query = ApiServer.JSON.createObjectNode().put("id", "a");
        for (BatchSearch.Request wrong : List.of(
                new BatchSearch.Request(null),
                new BatchSearch.Request(List.of()),
                new BatchSearch.Request(Collections.nCopies(101, query)))) {
            ApiException refused = catchThrowableOfType(ApiException.class, () -> batch.search(wrong));
            assertThat(refused.type()).isEqualTo("bad-batch");
        }
        assertThat(batch.search(new BatchSearch.Request(Collections.nCopies(100, query)))
                        .answers())
                .hasSize(100);
    }

    @Test
    void shouldAnswerABatchFromOneVersionWhileVersionsChange() throws Exception {
        LuceneStore second = versions.open("v2");
        second.upsert(versions.image("v2", "a", null, 0.5));
        second.refresh();
        JsonNode query = ApiServer.JSON.createObjectNode().put("id", "a").put("includeSelf", true);
        BatchSearch.Request many = new BatchSearch.Request(Collections.nCopies(100, query));
        List<String> answered = new ArrayList<>();
        answered.add(batch.search(many).version());
        AtomicBoolean swapped = new AtomicBoolean();
        Thread swap = Thread.ofPlatform().start(() -> {
            versions.activate("v2");
            swapped.set(true);
        });

        boolean last;
        do {
            last = swapped.get();
            BatchSearch.Answers answers = batch.search(many);
            answered.add(answers.version());
            assertThat(answers.answers()).allSatisfy(answer -> {
                SearchAnswer one = (SearchAnswer) answer;
                assertThat(one.version()).isEqualTo(answers.version());
                assertThat(one.hits())
                        .extracting(SearchAnswer.Neighbour::version)
                        .containsOnly(answers.version());
            });
        } while (!last);
        swap.join();

        assertThat(answered).contains("v1", "v2");
    }

    private static Explanation explanation(SearchAnswer answer) {
        return Objects.requireNonNull(answer.explain());
    }

    private static String summary(Object answer) {
        return switch (answer) {
            case SearchAnswer found -> String.join(" ", ids(found));
            case BatchSearch.Failure failure ->
                failure.error().status() + " " + failure.error().type();
            default -> answer.toString();
        };
    }

    private SearchAnswer search(Map<String, Object> request, @Nullable String after) {
        return search.search(byVector(request, after));
    }

    private ApiException refusal(Map<String, Object> request, @Nullable String after) {
        return refused(byVector(request, after));
    }

    private ApiException refused(SearchRequest request) {
        return catchThrowableOfType(ApiException.class, () -> search.search(request));
    }

    private static SearchRequest byVector(Map<String, Object> request, @Nullable String after) {
        Map<String, Object> all = new HashMap<>(request);
        all.put("vector", TestServing.axis());
        all.put("version", "v1");
        if (after != null) {
            all.put("after", after);
        }
        return request(all);
    }

    private static SearchRequest request(Map<String, ?> request) {
        return ApiServer.JSON.convertValue(request, SearchRequest.class);
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return ApiServer.JSON.readTree(text);
    }

    private static List<String> ids(SearchAnswer answer) {
        return answer.hits().stream().map(SearchAnswer.Neighbour::id).toList();
    }
}
