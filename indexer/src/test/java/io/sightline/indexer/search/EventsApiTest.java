package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.testing.Patience;
import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(Patience.TEST_SECONDS)
class EventsApiTest {

    private final SearchEvents events = new SearchEvents(Clock.systemUTC());
    private final ApiServer server = ApiServer.start(HttpSettings.loopback(0), 1024, new EventsApi(events)::register);
    private final ApiServer talkative =
            ApiServer.start(HttpSettings.loopback(0), 1024, new EventsApi(events, Duration.ofMillis(200))::register);
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        http.shutdownNow();
        events.close();
        server.close();
        talkative.close();
    }

    @Test
    void shouldSendWhatWasAskedForAndNothingElse() throws Exception {
        try (BufferedReader lines = lines(follow("?events=version"))) {
            events.searchable(List.of());
            events.activated("v1");
            events.activated("v2");

            assertThat(event(lines)).startsWith("event: version").contains("\"version\":\"v1\"", "\"before\":null");
            assertThat(event(lines)).startsWith("event: version").contains("\"version\":\"v2\"", "\"before\":\"v1\"");
        }
    }

    @Test
    void shouldEndStreamsWhenItStops() throws Exception {
        try (BufferedReader lines = lines(follow(""))) {
            events.close();

            assertThat(lines.readLine()).isNull();
        }
        assertThat(events.clients()).isZero();
        assertThat(follow("").statusCode()).isEqualTo(503);
    }

    @Test
    void shouldNoticeThatAClientIsGone() throws Exception {
        HttpResponse<InputStream> client = follow(talkative, "");
        assertThat(events.clients()).isEqualTo(1);

        client.body().close();

        await().until(() -> events.clients() == 0);
    }

    @Test
    void shouldKeepAConnectionOpenOnWhichNothingHappens() throws Exception {
        try (BufferedReader lines = lines(follow(talkative, ""))) {
            assertThat(lines.readLine()).isEqualTo(": nothing new");
        }
    }

    private HttpResponse<InputStream> follow(String query) throws IOException, InterruptedException {
        return follow(server, query);
    }

    private HttpResponse<InputStream> follow(ApiServer at, String query) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(at.url() + "/v1/events" + query))
                        .header("Accept", "text/event-stream")
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    private static BufferedReader lines(HttpResponse<InputStream> stream) {
        return new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
    }

    private static String event(BufferedReader lines) throws IOException {
        StringBuilder event = new StringBuilder();
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            event.append(line).append('\n');
        }
        return event.toString();
    }
}
