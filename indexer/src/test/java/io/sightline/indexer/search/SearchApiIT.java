package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.http.ApiServer;
import io.sightline.indexer.search.ConformingClient.Sent;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The search API over a real broker, registry and index; all that it answers is as its openapi.yaml says. */
@Timeout(Patience.TEST_SECONDS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SearchApiIT {

    private static final byte[] PNG = TestImages.png(40, 30, 1);
    private static final byte[] JPEG = TestImages.jpeg(64, 48, 2);
    private static final float[] AXIS = {1, 0, 0, 0, 0, 0, 0, 0};

    @TempDir
    private static Path root;

    private static IndexedCluster cluster;
    private static ConformingClient client;
    private static Coordinates inline;

    @BeforeAll
    static void start() throws Exception {
        cluster = new IndexedCluster(root);
        cluster.activate("v1");
        inline = cluster.ingest("folder/a", new InlinePayload(ByteBuffer.wrap(PNG)));
        cluster.embed("v1", "folder/a", PNG, inline, 0.9);
        PayloadReference stored = cluster.payloads.put(JPEG);
        cluster.embed("v1", "b", JPEG, cluster.ingest("b", stored), 0.8);
        Coordinates other = cluster.ingest("replaced", new InlinePayload(ByteBuffer.wrap(PNG)));
        cluster.embed("v1", "replaced", JPEG, other, 0.7);
        byte[] lost = TestImages.png(20, 20, 3);
        PayloadReference missing = cluster.payloads.put(lost);
        try (Stream<Path> files = Files.walk(root.resolve("payloads"))) {
            for (Path file : files.filter(one -> one.getFileName().toString().startsWith(missing.getSha256()))
                    .toList()) {
                Files.delete(file);
            }
        }
        cluster.embed("v1", "lost", lost, cluster.ingest("lost", missing), 0.6);
        cluster.embed("v1", "nowhere", PNG, new Coordinates(Topics.IMAGES, 0, 1_000_000L), 0.5);
        client = new ConformingClient(cluster.url(), description());
        await().until(() -> ConformingClient.json(client.send(Sent.get("/v1/status")))
                        .path("images")
                        .path("v1")
                        .asInt()
                == 5);
        await().until(() -> client.send(Sent.get("/v1/images/b")).statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void shouldHaveExactlyTheRoutesOfItsDescription() throws Exception {
        Set<String> described = new TreeSet<>();
        new YAMLMapper()
                .readTree(description())
                .path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));

        Set<String> routes = new TreeSet<>();
        ConformingClient.json(client.send(Sent.get("/"))).path("routes").forEach(route -> routes.add(route.asText()));

        assertThat(routes).isEqualTo(described).hasSizeGreaterThan(10);
    }

    @Test
    void shouldAnswerAsDescribed() throws Exception {
        Map<String, Object> vector = Map.of("vector", AXIS, "version", "v1");
        Map<String, Object> filter = Map.of(
                "label", List.of("cat", "dog"),
                "tags", Map.of("source", "phone", "a", Map.of("in", List.of("x")), "b", Map.of("exists", false)),
                "eventTime", Map.of("from", "2026-01-01T00:00:00Z"));
        List<Sent> right = List.of(
                Sent.get("/"),
                Sent.get("/openapi.yaml"),
                Sent.json("/v1/search", Map.of("id", "b", "includeSelf", true, "explain", true)),
                Sent.json("/v1/search", Map.of("id", "b", "filter", filter)),
                Sent.json("/v1/search", Map.of("image", PNG, "k", 2, "ef", 20, "explain", true)),
                Sent.json("/v1/search", Map.of("vector", AXIS, "version", "v1", "diversify", Map.of("by", "label"))),
                new Sent(
                        "POST", "/v1/search?k=2&tag.source=phone&diversify=2&explain=true", "image/png", PNG, Map.of()),
                Sent.json("/v1/search:batch", Map.of("queries", List.of(vector, Map.of("id", "nobody")))),
                Sent.get("/v1/images/folder%2Fa"),
                Sent.get("/v1/images/b?lineage=false"),
                Sent.get("/v1/images/nowhere"),
                Sent.get("/v1/images/folder%2Fa/content"),
                Sent.get("/v1/images/b/content"),
                Sent.get("/v1/health/live"),
                Sent.get("/v1/health/ready"),
                Sent.get("/v1/models"),
                Sent.get("/v1/models/v1"),
                Sent.get("/v1/labels?contains=a&limit=5"),
                Sent.get("/v1/map?sample=3"),
                Sent.get("/v1/map?version=v1"),
                Sent.get("/v1/pipeline"),
                Sent.get("/v1/dead-letters?limit=2&reason=MALFORMED"),
                Sent.json("/v1/dead-letters:redrive", Map.of("reason", "MALFORMED")),
                Sent.get("/console/"),
                Sent.get("/console/js%2Fapp.js"),
                Sent.get("/console/lib%2Fchart.umd.min.js"),
                Sent.get("/v1/status"));
        for (Sent sent : right) {
            assertThat(client.send(sent).statusCode()).as(sent.path()).isEqualTo(200);
        }

        Map<Sent, Integer> wrong = Map.ofEntries(
                Map.entry(Sent.json("/v1/search", Map.of()), 400),
                Map.entry(Sent.json("/v1/search", Map.of("nonsense", 1)), 400),
                Map.entry(Sent.json("/v1/search", Map.of("id", "nobody")), 404),
                Map.entry(Sent.json("/v1/search", Map.of("vector", AXIS, "version", "v0")), 409),
                Map.entry(Sent.json("/v1/search", Map.of("id", "b", "after", "nonsense")), 400),
                Map.entry(
                        new Sent(
                                "POST",
                                "/v1/search",
                                "image/png",
                                "no image".getBytes(StandardCharsets.UTF_8),
                                Map.of()),
                        415),
                Map.entry(new Sent("POST", "/v1/search", "image/png", Arrays.copyOf(PNG, 20), Map.of()), 422),
                Map.entry(Sent.json("/v1/search:batch", Map.of("queries", List.of())), 400),
                Map.entry(Sent.get("/v1/images/nobody"), 404),
                Map.entry(Sent.get("/v1/images/nobody/content"), 404),
                Map.entry(Sent.get("/v1/images/nobody/erasure"), 404),
                Map.entry(Sent.get("/v1/images/replaced/content"), 410),
                Map.entry(Sent.get("/v1/images/lost/content"), 410),
                Map.entry(Sent.get("/v1/images/nowhere/content"), 410),
                Map.entry(Sent.get("/v1/models/v0"), 404),
                Map.entry(posted("/v1/models:rollback"), 409),
                Map.entry(posted("/v1/models/v1:promote"), 409),
                Map.entry(posted("/v1/models/v1:rollback"), 409),
                Map.entry(posted("/v1/models/v1:retire"), 409),
                Map.entry(posted("/v1/models/v0:retire"), 404),
                Map.entry(Sent.get("/v1/labels?limit=0"), 400),
                Map.entry(Sent.get("/v1/map?sample=5000"), 400),
                Map.entry(Sent.get("/v1/map?version=v0"), 404),
                Map.entry(Sent.get("/v1/dead-letters?reason=nonsense"), 400),
                Map.entry(Sent.get("/v1/dead-letters?after=0-7"), 404),
                Map.entry(Sent.get("/v1/dead-letters/nonsense"), 400),
                Map.entry(Sent.get("/v1/dead-letters/0-7"), 404),
                Map.entry(Sent.get("/v1/dead-letters/0-7/content"), 404),
                Map.entry(Sent.json("/v1/dead-letters:redrive", Map.of()), 400),
                Map.entry(Sent.json("/v1/dead-letters:redrive", Map.of("ids", List.of("0-7"))), 404),
                Map.entry(Sent.get("/console/ConsoleFile.class"), 404),
                Map.entry(Sent.get("/v1/events"), 406),
                Map.entry(Sent.get("/v1/events?events=nonsense").with("Accept", "text/event-stream"), 400));
        for (Map.Entry<Sent, Integer> sent : wrong.entrySet()) {
            assertThat(client.sendWrong(sent.getKey()).statusCode())
                    .as(sent.getKey().path())
                    .isEqualTo(sent.getValue());
        }
    }

    /** No route is described that such an address belongs to. */
    @Test
    void shouldRefuseAnAddressThatLeavesTheConsole() throws Exception {
        assertThat(fetch("/console/..%2f..%2fsearch/openapi.yaml").statusCode()).isEqualTo(400);
    }

    private static Sent posted(String path) {
        return new Sent("POST", path, null, new byte[0], Map.of());
    }

    @Test
    void shouldSayWhatAnImageWasMadeOf() throws Exception {
        JsonNode image = ConformingClient.json(client.send(Sent.get("/v1/images/folder%2Fa")));

        assertThat(image.path("id").asText()).isEqualTo("folder/a");
        assertThat(image.path("version").asText()).isEqualTo("v1");
        assertThat(image.path("contentSha256").asText()).isEqualTo(Sha256.hex(PNG));
        assertThat(image.path("coordinates").path("offset").asLong()).isEqualTo(inline.getOffset());
        JsonNode lineage = image.path("lineage");
        assertThat(lineage.path("image").path("coordinates")).isEqualTo(image.path("coordinates"));
        assertThat(lineage.path("image").path("schemaId").asInt()).isPositive();
        assertThat(lineage.path("embedding").path("schemaId").asInt())
                .isPositive()
                .isNotEqualTo(lineage.path("image").path("schemaId").asInt());
        assertThat(lineage.path("embedding").path("coordinates").path("topic").asText())
                .isEqualTo("sightline.embeddings.v1");
        assertThat(lineage.path("source").asText()).isEqualTo("test");
        assertThat(lineage.path("payload").asText()).isEqualTo("inline");
        assertThat(lineage.path("decode"))
                .isEqualTo(ApiServer.JSON.valueToTree(new ImageAnswer.Decode("PNG", 40, 30, PNG.length)));
        assertThat(lineage.path("lacking").isNull()).isTrue();
        JsonNode stored =
                ConformingClient.json(client.send(Sent.get("/v1/images/b"))).path("lineage");
        assertThat(stored.path("payload").asText()).isEqualTo("reference");
        assertThat(stored.path("decode").path("format").asText()).isEqualTo("JPEG");
    }

    @Test
    void shouldSayWhatCannotBeReadOfAnImage() throws Exception {
        JsonNode nowhere = ConformingClient.json(client.send(Sent.get("/v1/images/nowhere")))
                .path("lineage");
        JsonNode lost =
                ConformingClient.json(client.send(Sent.get("/v1/images/lost"))).path("lineage");

        assertThat(nowhere.path("lacking").asText())
                .startsWith(
                        "event-gone: the event sightline.images-0@1000000 of image 'nowhere' is not there any more");
        assertThat(nowhere.path("embedding").path("schemaId").asInt()).isPositive();
        assertThat(lost.path("lacking").asText()).startsWith("content-gone: ").contains("the file is not there");
        assertThat(lost.path("image").path("schemaId").asInt()).isPositive();
    }

    @Test
    void shouldServeTheContentAsAnImageAndNothingElse() throws Exception {
        HttpResponse<byte[]> answer = client.send(Sent.get("/v1/images/b/content"));

        assertThat(answer.body()).isEqualTo(JPEG);
        // The event says image/png.
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("image/jpeg");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .hasValue("sandbox; default-src 'none'; frame-ancestors 'none'");
        String tag = answer.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).isEqualTo('"' + Sha256.hex(JPEG) + '"');
        HttpResponse<byte[]> again =
                client.send(Sent.get("/v1/images/b/content").with("If-None-Match", "\"other\", W/" + tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(client.send(Sent.get("/v1/images/b/content").with("If-None-Match", "\"other\""))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldLeaveNothingRunningOfAnIndexerWhosePortIsTaken() {
        long before = monitors();

        assertThatThrownBy(() -> cluster.startAnother(URI.create(cluster.url()).getPort()))
                .hasRootCauseInstanceOf(BindException.class);

        assertThat(monitors()).isEqualTo(before).isPositive();
    }

    private static long monitors() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("pipeline-monitor"))
                .count();
    }

    @Test
    void shouldSayThatThePayloadStoreIsAway() throws Exception {
        Path folder = root.resolve("payloads");
        Path away = Files.move(folder, root.resolve("away"));
        try {
            HttpResponse<byte[]> answer = client.sendWrong(Sent.get("/v1/images/b/content"));

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            assertThat(ConformingClient.json(answer).path("error").path("type").asText())
                    .isEqualTo("payload-store-unavailable");
            assertThat(ConformingClient.json(client.send(Sent.get("/v1/images/b")))
                            .path("lineage")
                            .path("lacking")
                            .asText())
                    .startsWith("payload-store-unavailable");
        } finally {
            Files.move(away, folder);
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void shouldTellWhichImagesBecomeSearchableAndWhichVersionAnswers() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<InputStream> stream = http.send(
                    HttpRequest.newBuilder(URI.create(cluster.url() + "/v1/events"))
                            .header("Accept", "text/event-stream")
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(stream.statusCode()).isEqualTo(200);
            try (BufferedReader lines =
                    new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
                assertThat(next(lines, "version").path("version").asText()).isEqualTo("v1");

                Coordinates origin = cluster.ingest("new", new InlinePayload(ByteBuffer.wrap(PNG)));
                cluster.embed("v1", "new", PNG, origin, 0.1);
                JsonNode image = next(lines, "image");
                assertThat(image.path("id").asText()).isEqualTo("new");
                assertThat(image.path("version").asText()).isEqualTo("v1");
                assertThat(image.path("coordinates").path("offset").asLong()).isEqualTo(origin.getOffset());
                assertThat(client.send(Sent.get("/v1/images/new")).statusCode()).isEqualTo(200);

                Map<String, Object> first = Map.of("vector", AXIS, "version", "v1", "k", 1);
                String next = ConformingClient.json(client.send(Sent.json("/v1/search", first)))
                        .path("next")
                        .asText();
                cluster.activate("v2");
                JsonNode version = next(lines, "version");
                assertThat(version.path("version").asText()).isEqualTo("v2");
                assertThat(version.path("before").asText()).isEqualTo("v1");
                // Of six images the contents of three cannot be had any more: those tell nothing of the index.
                JsonNode gate = ConformingClient.json(client.send(Sent.get("/v1/models/v2")))
                        .path("gate");
                assertThat(gate.path("self.sampled").asInt()).isEqualTo(3);
                assertThat(gate.path("self.first").asInt()).isEqualTo(3);
                assertThat(gate.path("self.gone").asInt()).isEqualTo(3);
                Map<String, Object> cached = new HashMap<>(first);
                cached.put("after", next);
                HttpResponse<byte[]> refused = client.send(Sent.json("/v1/search", cached));
                assertThat(refused.statusCode()).isEqualTo(409);
                assertThat(new String(refused.body(), StandardCharsets.UTF_8)).contains("v1", "v2");
            }
        }
    }

    /** Data of the next event, which has this name. */
    private static JsonNode next(BufferedReader lines, String name) throws Exception {
        List<String> read = new ArrayList<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            read.add(line);
            if (line.startsWith("data:")) {
                assertThat(read).contains("event: " + name);
                return ApiServer.JSON.readTree(line.substring("data:".length()));
            }
        }
        throw new AssertionError("the stream ended before " + name + ": " + read);
    }

    private static String description() throws Exception {
        return fetch("/openapi.yaml").body();
    }

    private static HttpResponse<String> fetch(String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                    HttpRequest.newBuilder(URI.create(cluster.url() + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }
}
