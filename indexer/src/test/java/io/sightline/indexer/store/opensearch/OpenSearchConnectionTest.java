package io.sightline.indexer.store.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What answers mean: who is refused is told so, what may pass is tried again. */
@Timeout(Patience.TEST_SECONDS)
class OpenSearchConnectionTest {

    private static final OpenSearchSettings.Patience SHORT = new OpenSearchSettings.Patience(
            Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofMillis(500));
    private static final Call COUNT = Call.post("/sightline-version-v1/_count");

    @Test
    void shouldSayThatTheClusterDoesNotKnowTheUser() throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(401, "Unauthorized");
                OpenSearchConnection connection = new OpenSearchConnection(
                        server.settings().with(new OpenSearchSettings.Credentials("indexer", "wrong")))) {
            AccessRefusedException refusal =
                    catchThrowableOfType(AccessRefusedException.class, () -> connection.write("count", COUNT));

            assertThat(refusal)
                    .hasMessageContaining("POST /sightline-version-v1/_count")
                    .hasMessageContaining("127.0.0.1:" + server.port())
                    .hasMessageContaining("401")
                    .hasMessageContaining("the user is indexer")
                    .hasMessageContaining("right password");
            assertThat(refusal.toString()).doesNotContain("wrong");
        }
    }

    @Test
    void shouldSayThatTheClusterWantsAUser() throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(401, "Unauthorized");
                OpenSearchConnection connection = new OpenSearchConnection(server.settings())) {
            assertThatExceptionOfType(AccessRefusedException.class)
                    .isThrownBy(() -> connection.write("count", COUNT))
                    .withMessageContaining("no user is given");
            assertThat(server.asked()).hasSize(1);
        }
    }

    @Test
    void shouldSayWhichRightIsMissing() throws IOException {
        try (AnsweringServer server =
                        new AnsweringServer().thenError(403, "security_exception", "no permissions for indices:count");
                OpenSearchConnection connection = new OpenSearchConnection(server.settings())) {
            AccessRefusedException refusal =
                    catchThrowableOfType(AccessRefusedException.class, () -> connection.write("count", COUNT));

            assertThat(refusal)
                    .hasMessageContaining("no permissions for indices:count")
                    .hasMessageContaining("indexes and aliases sightline-*");
        }
    }

    @Test
    void shouldSayThatTheIndexIsGone() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .thenError(404, "index_not_found_exception", "no such index [sightline-version-v1]");
                OpenSearchConnection connection = new OpenSearchConnection(server.settings())) {
            assertThatExceptionOfType(IndexGoneException.class)
                    .isThrownBy(() -> connection.read("count", COUNT))
                    .withMessageContaining("no such index [sightline-version-v1]")
                    .withMessageContaining("start the indexer again, which builds the index anew");
            assertThat(server.asked()).hasSize(1);
        }
    }

    @Test
    void shouldTellAnythingElseThatIsMissingFromTheIndex() throws IOException {
        try (AnsweringServer server =
                        new AnsweringServer().thenError(404, "search_context_missing_exception", "no context");
                OpenSearchConnection connection = new OpenSearchConnection(server.settings())) {
            RequestRefusedException refusal =
                    catchThrowableOfType(RequestRefusedException.class, () -> connection.read("scan", COUNT));

            assertThat(refusal.status()).isEqualTo(404);
            assertThat(refusal.type()).isEqualTo("search_context_missing_exception");
        }
    }

    @Test
    void shouldSendUserAndPassword() throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(200, "{\"count\": 3}");
                OpenSearchConnection connection = new OpenSearchConnection(
                        server.settings().with(new OpenSearchSettings.Credentials("indexer", "s3cret")))) {
            connection.write("count", COUNT);

            String expected = Base64.getEncoder().encodeToString("indexer:s3cret".getBytes(StandardCharsets.UTF_8));
            assertThat(server.asked().getLast().authorization()).isEqualTo("Basic " + expected);
        }
    }

    @Test
    void shouldTryAgainUntilTheClusterIsBack() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .thenError(503, "cluster_manager_not_discovered_exception", "none")
                        .thenError(429, "circuit_breaking_exception", "too much")
                        .thenError(500, "node_closed_exception", "closing")
                        .then(200, "{\"count\": 3}");
                OpenSearchConnection connection =
                        new OpenSearchConnection(server.settings().with(SHORT))) {
            assertThat(connection.write("count", COUNT).path("count").asInt()).isEqualTo(3);
            assertThat(server.asked()).hasSizeGreaterThanOrEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void shouldGiveUpInTime(int status) throws IOException {
        try (AnsweringServer server = new AnsweringServer().thenError(status, "some_exception", "not now");
                OpenSearchConnection connection =
                        new OpenSearchConnection(server.settings().with(SHORT))) {
            assertThatExceptionOfType(ClusterUnavailableException.class)
                    .isThrownBy(() -> connection.read("count images", COUNT))
                    .withMessageContaining("could not count images within 0.5 s")
                    .withMessageContaining(String.valueOf(status));
        }
    }

    @Test
    void shouldNotTryAgainWhatIsWrong() throws IOException {
        try (AnsweringServer server = new AnsweringServer().thenError(400, "parsing_exception", "unknown query");
                OpenSearchConnection connection = new OpenSearchConnection(server.settings())) {
            assertThatExceptionOfType(RequestRefusedException.class)
                    .isThrownBy(() -> connection.write("count", COUNT))
                    .withMessageContaining("parsing_exception: unknown query");
            assertThat(server.asked()).hasSize(1);
        }
    }

    @Test
    void shouldPassOverANodeThatIsDown() throws IOException {
        int nobody;
        try (AnsweringServer closed = new AnsweringServer()) {
            nobody = closed.port();
        }
        try (AnsweringServer server = new AnsweringServer().then(200, "{\"count\": 3}")) {
            OpenSearchSettings both = OpenSearchSettings.of(
                    URI.create("http://127.0.0.1:" + nobody), URI.create("http://127.0.0.1:" + server.port()));
            try (OpenSearchConnection connection = new OpenSearchConnection(both)) {
                for (int i = 0; i < 5; i++) {
                    assertThat(connection.send(COUNT).path("count").asInt()).isEqualTo(3);
                }
            }
        }
    }

    @Test
    void shouldSayThatNobodyAnswers() throws IOException {
        OpenSearchSettings settings;
        try (AnsweringServer closed = new AnsweringServer()) {
            settings = closed.settings().with(SHORT);
        }
        try (OpenSearchConnection connection = new OpenSearchConnection(settings)) {
            assertThatExceptionOfType(ClusterUnavailableException.class)
                    .isThrownBy(() -> connection.read("count images", COUNT))
                    .withMessageContaining(settings.hosts().toString())
                    .withMessageContaining("see whether OpenSearch is up");
        }
    }

    @Test
    void shouldNotLetASearchWaitForANodeThatSaysNothing() throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(200, "{\"count\": 3}");
                OpenSearchConnection connection = new OpenSearchConnection(server.settings()
                        .with(new OpenSearchSettings.Patience(
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(5),
                                Duration.ofMillis(500))))) {
            server.hold();
            assertThatExceptionOfType(ClusterUnavailableException.class)
                    .isThrownBy(() -> connection.read("count images", COUNT))
                    .withMessageContaining("was not answered");

            server.release();
            assertThat(connection.read("count images", COUNT).path("count").asInt())
                    .isEqualTo(3);
        }
    }
}
