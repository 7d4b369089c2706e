package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthApiTest {

    private final AtomicReference<Duration> stale = new AtomicReference<>(Duration.ZERO);
    private final ApiServer server =
            ApiServer.start(HttpSettings.loopback(0), 1024, new HealthApi(stale::get)::register);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        http.shutdownNow();
        server.close();
    }

    @Test
    void shouldBeReadyWhileItKnowsTheVersions() throws Exception {
        stale.set(HealthApi.MOST_STALE);

        assertThat(get("ready").statusCode()).isEqualTo(200);
        assertThat(get("ready").body()).contains("\"catalogStaleMillis\":15000");
    }

    @Test
    void shouldSayThatItDoesNotKnowThemAnyMoreAndWhatToDo() throws Exception {
        stale.set(HealthApi.MOST_STALE.plusSeconds(1));

        HttpResponse<String> answer = get("ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("catalog-stale", "could not be read for 16 s", "Check the brokers");
        assertThat(get("live").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> get(String what) throws Exception {
        URI uri = URI.create(server.url() + "/v1/health/" + what);
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
