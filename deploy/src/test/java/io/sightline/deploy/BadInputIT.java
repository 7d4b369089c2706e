package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.testing.HostileArtifact;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.testing.TopicReader;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.DeadLetter;
import io.sightline.schemas.avro.DeadLetterReason;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that people and machines get wrong, and the answer to each. The stream goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {

    private static final byte[] GOOD = TestImages.png(40, 40, 1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Stack stack;
    private SearchClient search;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    BadInputIT() {}

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        stack = Stack.start(Stacks.still(directory), what -> {});
        search = new SearchClient(stack.searchUrl());
        assertThat(send("POST", ingest("/v1/images?id=good&label=a&tag.x=y"), GOOD)
                        .statusCode())
                .isEqualTo(202);
        awaitSearchable("good");
    }

    @AfterAll
    void stop() {
        search.close();
        http.close();
        stack.close();
    }

    static Stream<Arguments> refused() {
        byte[] text = "not an image".getBytes(StandardCharsets.UTF_8);
        String vector16 = Arrays.toString(unit(16));
        return Stream.of(
                // what, where, method, path, body, status, type
                Arguments.of("empty body", "ingest", "POST", "/v1/images", new byte[0], 400, "empty"),
                Arguments.of("40 MB body", "ingest", "POST", "/v1/images", new byte[40_000_000], 413, "oversize"),
                Arguments.of("9 MB body", "ingest", "POST", "/v1/images", new byte[9_000_000], 413, "oversize"),
                Arguments.of("text named .jpg", "ingest", "POST", "/v1/images?id=a.jpg", text, 415, "unsupported"),
                Arguments.of(
                        "PNG bomb",
                        "ingest",
                        "POST",
                        "/v1/images",
                        TestImages.pngBomb(60_000, 60_000),
                        422,
                        "too-many-pixels"),
                Arguments.of(
                        "half a header", "ingest", "POST", "/v1/images", Arrays.copyOf(GOOD, 20), 422, "malformed"),
                Arguments.of("blank id", "ingest", "POST", "/v1/images?id=%20", GOOD, 400, "bad-id"),
                Arguments.of("id of control characters", "ingest", "POST", "/v1/images?id=a%00b", GOOD, 400, "bad-id"),
                Arguments.of("blank label", "ingest", "POST", "/v1/images?label=", GOOD, 400, "bad-label"),
                Arguments.of(
                        "id like a label's address", "ingest", "POST", "/v1/images?id=a/label", GOOD, 400, "bad-id"),
                Arguments.of(
                        "id like a content's address",
                        "ingest",
                        "POST",
                        "/v1/images?id=a/content",
                        GOOD,
                        400,
                        "bad-id"),
                Arguments.of("id like an erasure's", "ingest", "POST", "/v1/images?id=a/erasure", GOOD, 400, "bad-id"),
                Arguments.of("tag without key", "ingest", "POST", "/v1/images?tag.=x", GOOD, 400, "bad-tag"),
                Arguments.of(
                        "label for an unknown image",
                        "ingest",
                        "PUT",
                        "/v1/images/nobody/label",
                        "{\"label\":\"a\"}",
                        404,
                        "unknown-image"),
                Arguments.of(
                        "label without label", "ingest", "PUT", "/v1/images/good/label", "{}", 400, "label-missing"),
                Arguments.of(
                        "label with broken JSON",
                        "ingest",
                        "PUT",
                        "/v1/images/good/label",
                        "{\"label\":",
                        400,
                        "broken-json"),
                Arguments.of(
                        "label with more",
                        "ingest",
                        "PUT",
                        "/v1/images/good/label",
                        "{\"lable\":\"a\"}",
                        400,
                        "broken-json"),
                Arguments.of(
                        "delete of an unknown image",
                        "ingest",
                        "DELETE",
                        "/v1/images/nobody",
                        "",
                        404,
                        "unknown-image"),
                Arguments.of(
                        "delete of an unknown label",
                        "ingest",
                        "DELETE",
                        "/v1/images/nobody/label",
                        "",
                        404,
                        "unknown-image"),
                Arguments.of("no such route", "ingest", "GET", "/v2/images", "", 404, "no-such-route"),
                Arguments.of("wrong method", "ingest", "PATCH", "/v1/images", "", 405, "method-not-allowed"),
                Arguments.of("broken JSON", "search", "POST", "/v1/search", "{\"id\": ", 400, "broken-json"),
                Arguments.of("JSON null", "search", "POST", "/v1/search", "null", 400, "broken-json"),
                Arguments.of("no query", "search", "POST", "/v1/search", "{}", 400, "bad-query"),
                Arguments.of(
                        "two queries",
                        "search",
                        "POST",
                        "/v1/search",
                        "{\"id\":\"good\",\"image\":\"AAAA\"}",
                        400,
                        "bad-query"),
                Arguments.of("unknown id", "search", "POST", "/v1/search", "{\"id\":\"nobody\"}", 404, "unknown-image"),
                Arguments.of(
                        "k of 0", "search", "POST", "/v1/search", "{\"id\":\"good\",\"k\":0}", 400, "out-of-range"),
                Arguments.of(
                        "vector without version",
                        "search",
                        "POST",
                        "/v1/search",
                        "{\"vector\":" + vector16 + "}",
                        400,
                        "version-missing"),
                Arguments.of(
                        "vector of another version",
                        "search",
                        "POST",
                        "/v1/search",
                        "{\"vector\":" + vector16 + ",\"version\":\"v999\"}",
                        409,
                        "version-mismatch"),
                Arguments.of(
                        "vector of wrong length",
                        "search",
                        "POST",
                        "/v1/search",
                        "{\"vector\":[1,0],\"version\":\"v1\"}",
                        400,
                        "wrong-dimensions"),
                Arguments.of(
                        "vector of length 2",
                        "search",
                        "POST",
                        "/v1/search",
                        "{\"vector\":" + vector16.replace("1.0", "2.0") + ",\"version\":\"v1\"}",
                        400,
                        "not-a-unit-vector"),
                Arguments.of(
                        "image that is text",
                        "search",
                        "POST",
                        "/v1/search",
                        "{\"image\":\"" + Base64.getEncoder().encodeToString(text) + "\"}",
                        415,
                        "unsupported"),
                Arguments.of(
                        "image of the wrong version",
                        "search",
                        "POST",
                        "/v1/search",
                        "{\"id\":\"good\",\"version\":\"v7\"}",
                        409,
                        "version-mismatch"),
                Arguments.of("unknown version", "search", "GET", "/v1/models/v999", "", 404, "unknown-version"),
                Arguments.of("unknown image", "search", "GET", "/v1/images/nobody", "", 404, "unknown-image"),
                Arguments.of(
                        "rollback of nothing",
                        "search",
                        "POST",
                        "/v1/models:rollback",
                        "",
                        409,
                        "transition-impossible"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void shouldRefuseWithATypedError(
            String what, String api, String method, String path, Object body, int status, String type)
            throws Exception {
        URI address = api.equals("ingest") ? ingest(path) : URI.create(stack.searchUrl() + path);

        HttpResponse<String> response = send(method, address, body);

        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(error.path("type").asText()).isEqualTo(type);
        assertThat(error.path("message").asText()).isNotBlank();
    }

    /** Repeated, for the requests share a connection: what one leaves unread must not meet the next. */
    @RepeatedTest(10)
    void shouldRefuseMultipartBodiesThatAreTooLongOrBroken() throws Exception {
        HttpResponse<String> tooLong = upload("b", "--b\r\n" + part("image", new byte[9_000_000]) + "\r\n--b--\r\n");
        HttpResponse<String> cutOff = upload("b", "--b\r\n" + part("image", new byte[10]));
        HttpResponse<String> other = upload("b", "--b\r\n" + part("picture", new byte[10]) + "\r\n--b--\r\n");

        assertThat(tooLong.statusCode()).as(tooLong.body()).isEqualTo(413);
        assertThat(cutOff.statusCode()).as(cutOff.body()).isEqualTo(400);
        assertThat(other.statusCode()).as(other.body()).isEqualTo(400);
        assertThat(JSON.readTree(other.body()).path("error").path("type").asText())
                .isEqualTo("image-missing");
    }

    private static String part(String name, byte[] content) {
        return "Content-Disposition: form-data; name=\"" + name + "\"; filename=\"a.png\"\r\n\r\n"
                + new String(content, StandardCharsets.ISO_8859_1);
    }

    private HttpResponse<String> upload(String boundary, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(ingest("/v1/images"))
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .POST(BodyPublishers.ofString(body, StandardCharsets.ISO_8859_1))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void shouldMakeADeadLetterOfAnImageThatOnlyDecodingFindsBroken() throws Exception {
        byte[] jpeg = TestImages.jpeg(64, 64, 5);
        byte[] truncated = Arrays.copyOf(jpeg, jpeg.length - jpeg.length / 3);

        assertThat(send("POST", ingest("/v1/images?id=truncated"), truncated).statusCode())
                .isEqualTo(202);
        assertThat(send("POST", ingest("/v1/images?id=after"), TestImages.jpeg(64, 64, 6))
                        .statusCode())
                .isEqualTo(202);

        awaitSearchable("after");
        RecordSerdes serdes = new RecordSerdes(stack.connection());
        await().untilAsserted(() -> assertThat(TopicReader.readAll(
                        stack.connection(), Topics.DEAD_LETTERS, serdes.deserializer(DeadLetter.class)))
                .anySatisfy(record -> {
                    assertThat(record.key()).isEqualTo("truncated");
                    assertThat(record.value().getReason()).isEqualTo(DeadLetterReason.MALFORMED);
                    assertThat(record.value().getTopic()).isEqualTo(Topics.IMAGES);
                }));
    }

    @Test
    void shouldRefuseHostileVersionsAndGoOnWithTheOldOne(@TempDir Path models) throws Exception {
        Path victim = models.resolve("victim");
        try (ModelLog log = new ModelLog(stack.connection(), new RecordSerdes(stack.connection()))) {
            for (HostileArtifact hostile : HostileArtifact.values()) {
                ModelArtifact artifact = hostile.write(models, version(hostile), victim);
                log.publish(TestModels.event(artifact, Instant.now()));
            }
        }

        for (HostileArtifact hostile : HostileArtifact.values()) {
            JsonNode refused = await().ignoreExceptions()
                    .until(
                            () -> search.get("/v1/models/" + version(hostile)),
                            version -> version.path("status").asText().equals("REJECTED"));
            assertThat(refused.path("reason").asText()).contains(hostile.said());
        }
        assertThat(victim).hasContent(HostileArtifact.UNTOUCHED);
        assertThat(stack.lanes().failures()).isEmpty();
        assertThat(send("POST", ingest("/v1/images?id=beside"), TestImages.png(40, 40, 31))
                        .statusCode())
                .isEqualTo(202);
        awaitSearchable("beside");
        assertThat(search.search(GOOD, 1, Map.of(), "").version()).isEqualTo("v1");
    }

    private static String version(HostileArtifact hostile) {
        return "v1"
                + String.format(
                        java.util.Locale.ROOT,
                        "%02d",
                        List.of(HostileArtifact.values()).indexOf(hostile));
    }

    @Test
    void shouldSayNothingTwice() throws Exception {
        byte[] image = TestImages.png(40, 40, 77);
        JsonNode first = JSON.readTree(
                send("POST", ingest("/v1/images?id=same&label=b"), image).body());
        JsonNode second = JSON.readTree(
                send("POST", ingest("/v1/images?id=same&label=b"), image).body());
        JsonNode relabelled = JSON.readTree(
                send("POST", ingest("/v1/images?id=same&label=c"), image).body());

        assertThat(first.path("sent").asBoolean()).isTrue();
        assertThat(second.path("sent").asBoolean()).isFalse();
        assertThat(second.path("coordinates")).isEqualTo(first.path("coordinates"));
        assertThat(relabelled.path("sent").asBoolean()).isTrue();
        assertThat(relabelled.path("coordinates")).isEqualTo(first.path("coordinates"));
    }

    @Test
    void shouldFollowRelabelsWithdrawalsAndDeletions() throws Exception {
        String path = "/v1/images/folder/b.png";
        assertThat(send("POST", ingest("/v1/images?id=folder/b.png&label=old"), TestImages.png(40, 40, 9))
                        .statusCode())
                .isEqualTo(202);
        awaitLabel(path, "old");

        assertThat(send("PUT", ingest(path + "/label"), "{\"label\":\"new\"}").statusCode())
                .isEqualTo(202);
        awaitLabel(path, "new");

        assertThat(send("DELETE", ingest(path + "/label"), "").statusCode()).isEqualTo(204);
        awaitLabel(path, "");

        assertThat(send("DELETE", ingest(path), "").statusCode()).isEqualTo(204);
        await().until(() ->
                send("GET", URI.create(stack.searchUrl() + path), "").statusCode() == 404);
        assertThat(send("PUT", ingest(path + "/label"), "{\"label\":\"x\"}").statusCode())
                .isEqualTo(404);
    }

    @Test
    void shouldFilterByTagAndLabelAndAnswerAVectorOfItsOwnVersion() throws Exception {
        send("POST", ingest("/v1/images?id=filtered&label=f&tag.colour=red"), TestImages.png(40, 40, 21));
        awaitSearchable("filtered");

        var byTag = search.search(GOOD, 10, Map.of("colour", "red"), "");
        var byLabel = search.search(GOOD, 10, Map.of(), "f");
        var byVector = search.search(Map.of("vector", unit(16), "version", byTag.version(), "k", 3));

        assertThat(byTag.neighbours()).extracting(SearchClient.Neighbour::id).containsExactly("filtered");
        assertThat(byLabel.neighbours()).extracting(SearchClient.Neighbour::id).containsExactly("filtered");
        assertThat(byVector.neighbours()).isNotEmpty();
        assertThat(search.search(GOOD, 1, Map.of(), "").neighbours().getFirst().id())
                .isEqualTo("good");
    }

    @Test
    void shouldTakeAMultipartUpload() throws Exception {
        String boundary = "sightline-boundary";
        byte[] head = ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\nuploaded\r\n--"
                        + boundary + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);
        byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8);

        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(ingest("/v1/images"))
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .POST(BodyPublishers.concat(
                                BodyPublishers.ofByteArray(head),
                                BodyPublishers.ofByteArray(TestImages.png(30, 30, 4)),
                                BodyPublishers.ofByteArray(tail)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(JSON.readTree(response.body()).path("id").asText()).isEqualTo("uploaded");
    }

    private URI ingest(String path) {
        return URI.create(stack.ingestUrl() + path);
    }

    private HttpResponse<String> send(String method, URI address, Object body) throws Exception {
        BodyPublisher publisher = body instanceof byte[] bytes
                ? BodyPublishers.ofByteArray(bytes)
                : BodyPublishers.ofString(body.toString());
        String type = body instanceof byte[] ? "application/octet-stream" : "application/json";
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Content-Type", type)
                .method(method, publisher)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private void awaitSearchable(String id) {
        Waits.until(
                id,
                search,
                () -> send("GET", URI.create(stack.searchUrl() + "/v1/images/" + id), "")
                                .statusCode()
                        == 200);
    }

    private void awaitLabel(String path, String label) {
        await().until(() -> {
            HttpResponse<String> response = send("GET", URI.create(stack.searchUrl() + path), "");
            return response.statusCode() == 200
                    && JSON.readTree(response.body())
                            .path("label")
                            .asText()
                            .replace("null", "")
                            .equals(label);
        });
    }

    private static float[] unit(int d) {
        float[] vector = new float[d];
        vector[0] = 1;
        return vector;
    }
}
