package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.embedder.telemetry.Freshness;
import io.sightline.http.ApiServer;
import io.sightline.http.HealthRoutes;
import io.sightline.http.HttpSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IndexerHealthTest {

    private final Played state = new Played();
    private final IndexerHealth health = new IndexerHealth(state);
    private final ApiServer server = ApiServer.start(
            HttpSettings.loopback(0), 1024, new HealthRoutes(health::liveness, health::readiness)::register);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        http.shutdownNow();
        server.close();
    }

    @Test
    void shouldBeReadyBeforeThereIsAVersion() throws Exception {
        assertThat(get("ready").statusCode()).isEqualTo(200);
        assertThat(get("live").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldBeReadyWhileItKnowsTheVersionsAndTheActiveOneAnswers() throws Exception {
        state.stale = Freshness.MOST_STALE;
        state.active = Optional.of("v2");
        state.ready = true;
        state.serving = Optional.of("v2");

        HttpResponse<String> answer = get("ready");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode body = ApiServer.JSON.readTree(answer.body());
        assertThat(body.path("status").asText()).isEqualTo("ready");
        assertThat(body.path("checks"))
                .hasSize(3)
                .allMatch(check -> check.path("passed").asBoolean());
        assertThat(body.has("error")).isFalse();
    }

    @Test
    void shouldSayThatItDoesNotKnowThemAnyMoreAndWhatToDo() throws Exception {
        state.stale = Freshness.MOST_STALE.plusSeconds(1);

        HttpResponse<String> answer = get("ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("catalog-stale", "could not be read for 16 s", "Check the brokers");
        assertThat(get("live").statusCode()).isEqualTo(200);
    }

    /** The brokers are away for all indexers at once: none would be left to answer. */
    @Test
    void shouldGoOnToAnswerFromWhatItHasWhileItDoesNotKnowThemAnyMore() throws Exception {
        state.stale = Freshness.MOST_STALE.plusSeconds(1);
        state.active = Optional.of("v2");
        state.ready = true;
        state.serving = Optional.of("v2");

        HttpResponse<String> answer = get("ready");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode catalog = ApiServer.JSON.readTree(answer.body()).path("checks").path(0);
        assertThat(catalog.path("name").asText()).isEqualTo("catalog");
        assertThat(catalog.path("passed").asBoolean()).isTrue();
        assertThat(catalog.path("detail").asText()).contains("warning", "could not be read for 16 s");
    }

    @Test
    void shouldNotBeReadyWhileTheActiveIndexIsBuilt() throws Exception {
        state.active = Optional.of("v2");
        state.serving = Optional.of("v1");

        HttpResponse<String> answer = get("ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        JsonNode body = ApiServer.JSON.readTree(answer.body());
        assertThat(body.path("error").path("type").asText()).isEqualTo("index-rebuilding");
        assertThat(body.path("error").path("message").asText()).contains("v2", "25 %", "GET /v1/status");
    }

    @Test
    void shouldNotBeReadyWhileNothingAnswers() throws Exception {
        state.active = Optional.of("v2");
        state.ready = true;

        assertThat(get("ready").body()).contains("nothing-served");
    }

    @Test
    void shouldNotBeReadyWhileSearchesByAnImageWait() throws Exception {
        state.active = Optional.of("v2");
        state.ready = true;
        state.serving = Optional.of("v2");
        state.beginning = true;

        HttpResponse<String> answer = get("ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("network-loading", "the network of v2 is being loaded");
    }

    @Test
    void shouldNotBeLiveOnceTheVersionsAreNotFollowedAnyMore() throws Exception {
        state.followed = false;

        HttpResponse<String> answer = get("live");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("catalog-not-followed", "restart this process");
    }

    private HttpResponse<String> get(String what) throws Exception {
        URI uri = URI.create(server.url() + "/v1/health/" + what);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static final class Played implements IndexerHealth.State {

        private Duration stale = Duration.ZERO;
        private boolean followed = true;
        private boolean ready;
        private boolean beginning;
        private Optional<String> active = Optional.empty();
        private Optional<String> serving = Optional.empty();

        @Override
        public Duration staleFor() {
            return stale;
        }

        @Override
        public boolean isFollowed() {
            return followed;
        }

        @Override
        public Optional<String> active() {
            return active;
        }

        @Override
        public boolean isReady(String version) {
            return ready;
        }

        @Override
        public double progress(String version) {
            return 0.25;
        }

        @Override
        public Optional<String> serving() {
            return serving;
        }

        @Override
        public boolean isBeginning() {
            return beginning;
        }
    }
}
