package io.sightline.indexer.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConsolePagesTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static ApiServer server;

    @BeforeAll
    static void start() {
        server = ApiServer.start(HttpSettings.loopback(0), 1024, new ConsolePages()::route);
    }

    @AfterAll
    static void stop() {
        server.close();
        HTTP.close();
    }

    @Test
    void shouldNameEveryFileThatIsThere() throws Exception {
        URL folder = Objects.requireNonNull(ConsolePages.class.getResource("web"));
        Path root = Path.of(folder.toURI());
        try (Stream<Path> files = Files.walk(root)) {
            List<String> there = files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .toList();

            assertThat(ConsolePages.OWN).containsExactlyInAnyOrderElementsOf(there);
        }
    }

    @Test
    void shouldSendEveryFileWithItsTypeAndAPolicyThatLetsNothingElseIn() throws Exception {
        for (String name : ConsolePages.OWN) {
            HttpResponse<String> answer = get("/console/" + name);

            assertThat(answer.statusCode()).as(name).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith(name.endsWith(".js") ? "text/javascript" : name.endsWith(".css") ? "text/css" : "");
        }
    }

    @Test
    void shouldNotSendAFileAgainThatTheBrowserHas() throws Exception {
        String tag = get("/console/js/app.js").headers().firstValue("ETag").orElseThrow();

        HttpResponse<String> again = HTTP.send(
                HttpRequest.newBuilder(URI.create(server.url() + "/console/js/app.js"))
                        .header("If-None-Match", tag)
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void shouldSendOnToTheFolder() throws Exception {
        HttpResponse<String> answer = get("/console");

        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(URI.create(server.url() + "/console")
                        .resolve(answer.headers().firstValue("Location").orElseThrow())
                        .getPath())
                .isEqualTo("/console/");
        assertThat(get("/console/").body()).startsWith("<!doctype html>");
    }

    @Test
    void shouldHoldNothingThatThePolicyForbidsAndNoHtmlFromText() throws Exception {
        for (String name : ConsolePages.OWN) {
            String text = get("/console/" + name).body();
            if (name.endsWith(".js")) {
                assertThat(text)
                        .as(name)
                        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write");
            }
            assertThat(text.replace("http://www.w3.org/2000/svg", "")).as(name).doesNotContain("http://", "https://");
            assertThat(text).as(name).doesNotContain("style=\"", "onclick=\"");
        }
        assertThat(get("/console/index.html").body().getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(8192);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(server.url() + path)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
