package io.sightline.indexer.deadletters;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.testing.TestImages;
import io.sightline.http.Access;
import io.sightline.http.ApiKeyFile;
import io.sightline.http.ApiServer;
import io.sightline.http.AuditLog;
import io.sightline.http.ContentPolicy;
import io.sightline.http.HttpSettings;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.InlinePayload;
import io.sightline.schemas.avro.PayloadReference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadLettersApiIT {

    private static final long MOST_BYTES = 1 << 20;

    private final HttpClient http = HttpClient.newHttpClient();
    private WrittenDeadLetters letters;
    private DeadLettersApi api;
    private ApiServer server;
    private ApiKeyFile keys;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    DeadLettersApiIT() {}

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("keys.json");
        keys = new ApiKeyFile(file);
        keys.create("first", List.of("monitor"), Instant.now(), null);
        letters = new WrittenDeadLetters(folder.resolve("cluster"));
        api = new DeadLettersApi(letters.connection(), ImageLimits.DEFAULT);
        server = ApiServer.start(
                HttpSettings.loopback(0).withAccess(Access.NONE.withApiKeys(file)), MOST_BYTES, api::route);
    }

    @AfterAll
    void stop() {
        server.close();
        api.close();
        letters.close();
        http.close();
    }

    @Test
    void shouldGetThroughAllOfAReasonInSeveralRequests() throws Exception {
        for (int i = 0; i < 5; i++) {
            letters.add(DeadLetterReason.MALFORMED, "image-" + i, new byte[] {0});
        }
        letters.replace("image-1");
        try (RecentDeadLetters recent =
                new RecentDeadLetters(letters.connection(), new DeadLetterLog(letters.connection()))) {
            RedriveRequests requests = new RedriveRequests(letters.connection(), recent, 2);
            RedriveRequests.Request all = new RedriveRequests.Request(null, DeadLetterReason.MALFORMED.name());

            DeadLetterAnswers.Redriven first = requests.redrive(all);
            DeadLetterAnswers.Redriven second = requests.redrive(all);
            DeadLetterAnswers.Redriven third = requests.redrive(all);

            assertThat(sent(first)).containsExactly("image-0", "image-2");
            assertThat(sent(second)).containsExactly("image-3", "image-4");
            assertThat(sent(third)).isEmpty();
            assertThat(List.of(first.left(), second.left(), third.left())).containsExactly(2, 0, 0);
            assertThat(List.of(first.skipped(), second.skipped(), third.skipped()))
                    .containsExactly(1, 3, 5);
            assertThat(first.selected()).isEqualTo(5);
        }
    }

    private static List<@Nullable String> sent(DeadLetterAnswers.Redriven redriven) {
        return redriven.results().stream()
                .filter(one -> one.outcome() == Redrive.Outcome.SENT)
                .map(DeadLetterAnswers.One::key)
                .toList();
    }

    @Test
    void shouldShowWhatASenderSentOnlyToThoseWhoMaySeeImages() throws Exception {
        byte[] png = TestImages.png(8, 8, 1);
        String inline = letters.add(
                DeadLetterReason.UNSUPPORTED, "inline", letters.event(new InlinePayload(ByteBuffer.wrap(png))));
        String elsewhere = letters.add(
                DeadLetterReason.UNSUPPORTED,
                "elsewhere",
                letters.event(new PayloadReference("https://a.example/b.png?sig=planted#c", Sha256.hex(png), 1L)));
        String monitor = keys.create("monitor", List.of("monitor"), Instant.now(), null);
        String both = keys.create("both", List.of("monitor", "search"), Instant.now(), null);

        for (String path : List.of(inline, inline + "/content")) {
            HttpResponse<String> refused = get(path, monitor);
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.body()).contains("scope search");
        }
        HttpResponse<String> content = get(inline + "/content", both);
        assertThat(content.statusCode()).isEqualTo(200);
        assertThat(content.headers().firstValue("Cache-Control")).contains("private, no-cache");
        assertThat(content.headers().firstValue("Content-Security-Policy")).contains(ContentPolicy.STRANGE.value());
        assertThat(get(elsewhere, both).body())
                .contains("\"https://a.example/b.png\"")
                .doesNotContain("sig=");
    }

    @Test
    void shouldAuditRedrives() throws Exception {
        String key = keys.create("operator", List.of("admin"), Instant.now(), null);
        // Once it is answered, the key is known, and no refusal is in the log.
        assertThat(get("0-999", key).statusCode()).isEqualTo(404);
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);
        logger.setLevel(Level.INFO);
        logger.addAppender(events);
        events.start();
        try {
            redrive("{\"reason\": \"INFERENCE\"}", key);
            redrive("{\"ids\": [\"" + "9".repeat(300) + "\"]}", key);
        } finally {
            logger.detachAppender(events);
        }

        assertThat(events.list).hasSize(2);
        assertThat(values(events.list.getFirst()))
                .containsEntry("actor", "operator")
                .containsEntry("action", "redrive")
                .containsEntry("object", "INFERENCE")
                .containsEntry("outcome", "done");
        assertThat(values(events.list.getLast()))
                .containsEntry("object", "[" + "9".repeat(199))
                .containsEntry("outcome", "refused: unknown-dead-letter");
    }

    private static Map<String, Object> values(ILoggingEvent event) {
        return event.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value));
    }

    private HttpResponse<String> get(String path, String key) {
        return send(HttpRequest.newBuilder(URI.create(server.url() + "/v1/dead-letters/" + path)), key);
    }

    private void redrive(String body, String key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + "/v1/dead-letters:redrive"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        assertThat(send(request, key).statusCode()).isIn(200, 404);
    }

    /** A key that was just made is known within a second. */
    private HttpResponse<String> send(HttpRequest.Builder request, String key) {
        HttpRequest signed = request.header("X-Api-Key", key).build();
        return await().until(
                        () -> http.send(signed, HttpResponse.BodyHandlers.ofString()),
                        response -> response.statusCode() != 401);
    }
}
