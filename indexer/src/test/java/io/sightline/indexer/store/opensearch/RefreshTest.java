package io.sightline.indexer.store.opensearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the answer to a refresh means, as OpenSearch words it. */
@Timeout(60)
class RefreshTest {

    private static final OpenSearchSettings.Patience SHORT = new OpenSearchSettings.Patience(
            Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofMillis(500), Duration.ofMillis(500));

    @Test
    void shouldBeDoneAtOnceWhenAllCopiesAre() throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(200, refreshed(4, 4, 0));
                OpenSearchConnection connection = connection(server)) {
            new Refresh(connection, "index").run();

            assertThat(server.asked()).hasSize(1);
        }
    }

    @Test
    void shouldGoOnWithoutACopyWhoseShardHasAPrimary() throws IOException {
        try (AnsweringServer server =
                        new AnsweringServer().then(200, refreshed(4, 3, 0)).then(200, "{\"status\": \"yellow\"}");
                OpenSearchConnection connection = connection(server)) {
            new Refresh(connection, "index").run();

            assertThat(server.asked())
                    .extracting(AnsweringServer.Asked::path)
                    .containsExactly("/index/_refresh", "/_cluster/health/index");
        }
    }

    @Test
    void shouldTryAgainWhileAShardHasNoPrimary() throws IOException {
        try (AnsweringServer server = new AnsweringServer()
                        .then(200, refreshed(2, 1, 0))
                        .then(200, "{\"status\": \"red\"}")
                        .then(200, refreshed(2, 2, 0));
                OpenSearchConnection connection = connection(server)) {
            new Refresh(connection, "index").run();

            assertThat(server.asked()).hasSize(3);
        }
    }

    @Test
    void shouldClaimNothingWhenACopyFailed() throws IOException {
        try (AnsweringServer server = new AnsweringServer().then(200, refreshed(2, 1, 1));
                OpenSearchConnection connection = connection(server)) {
            assertThatExceptionOfType(ClusterUnavailableException.class)
                    .isThrownBy(() -> new Refresh(connection, "index").run())
                    .withMessageContaining("only 1 of 2 copies of the shards of index did refresh");
        }
    }

    private static OpenSearchConnection connection(AnsweringServer server) {
        return new OpenSearchConnection(server.settings().with(SHORT));
    }

    private static String refreshed(int total, int successful, int failed) {
        return "{\"_shards\": {\"total\": " + total + ", \"successful\": " + successful + ", \"failed\": " + failed
                + "}}";
    }
}
