package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One page of a Chromium of its own, by the DevTools protocol. One thread; close it once. */
final class DevTools implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/.*");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private int last;

    /**
     * Starts it.
     *
     * @param profile an empty folder for what it keeps
     * @throws IOException if it does not start
     */
    DevTools(Path chromium, Path profile) throws IOException, InterruptedException {
        this.process = new ProcessBuilder(
                        chromium.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-background-networking",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .start();
        try {
            this.socket = http.newWebSocketBuilder()
                    .buildAsync(page(address()), new Answers())
                    .join();
        } catch (IOException | InterruptedException | RuntimeException e) {
            process.destroyForcibly();
            http.close();
            throw e;
        }
    }

    /** Goes to an address, without waiting for what it loads. */
    void navigate(String url) throws IOException {
        JsonNode result = ask("Page.navigate", Map.of("url", url));
        if (result.has("errorText")) {
            throw new IOException(
                    url + " was not loaded: " + result.path("errorText").asText());
        }
    }

    /** Value of a script; of a promise, what it comes to. */
    JsonNode evaluate(String script) throws IOException {
        JsonNode result =
                ask("Runtime.evaluate", Map.of("expression", script, "awaitPromise", true, "returnByValue", true));
        if (result.has("exceptionDetails")) {
            throw new IOException("the page failed: " + result.path("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    /** Sends a command of the protocol; its result. */
    JsonNode ask(String method, Map<String, ?> parameters) throws IOException {
        int id = ++last;
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        String text = JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters));
        try {
            socket.sendText(text, true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            JsonNode message = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (message.has("error")) {
                throw new IOException(method + " was refused by Chromium: " + message.path("error"));
            }
            return message.path("result");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while Chromium was asked for " + method, e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("Chromium did not answer " + method, e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.abort();
        http.shutdownNow();
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    /** Where it listens, as it says itself. */
    private String address() throws IOException {
        // Not closed: Chromium would stop at the next word it wants to say.
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher matcher = LISTENING.matcher(line);
            if (matcher.matches()) {
                Thread.ofVirtual().start(() -> said.lines().forEach(ignored -> {}));
                return matcher.group(1);
            }
        }
        throw new IOException("Chromium ended before it listened; see whether it starts by hand");
    }

    private URI page(String address) throws IOException, InterruptedException {
        HttpResponse<String> list = http.send(
                HttpRequest.newBuilder(URI.create("http://" + address + "/json/list"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        for (JsonNode target : JSON.readTree(list.body())) {
            if (target.path("type").asText().equals("page")) {
                return URI.create(target.path("webSocketDebuggerUrl").asText());
            }
        }
        throw new IOException("Chromium has no page: " + list.body());
    }

    /** Puts messages together and hands them to who waits for them. */
    private final class Answers implements WebSocket.Listener {

        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean isLast) {
            message.append(data);
            webSocket.request(1);
            if (isLast) {
                String whole = message.toString();
                message.setLength(0);
                take(whole);
            }
            return CompletableFuture.completedFuture(null);
        }

        private void take(String text) {
            try {
                JsonNode answer = JSON.readTree(text);
                CompletableFuture<JsonNode> asked =
                        waiting.remove(answer.path("id").asInt(-1));
                if (asked != null) {
                    asked.complete(answer);
                }
            } catch (IOException e) {
                waiting.values().forEach(asked -> asked.completeExceptionally(e));
            }
        }
    }
}
