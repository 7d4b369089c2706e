package io.sightline.indexer.store.opensearch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** An HTTP server that answers what it is told to, as OpenSearch would, the last answer for ever. Thread-safe. */
final class AnsweringServer implements AutoCloseable {

    private final HttpServer server;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<Asked> asked = new ArrayList<>();

    private record Answer(int status, String body) {}

    /** What was asked, and with which header of authorization, empty if there was none. */
    record Asked(String path, String body, String authorization) {}

    AnsweringServer() throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    /** On a server that is not started yet. */
    AnsweringServer(HttpServer server) {
        this.server = server;
        server.createContext("/", this::answer);
        server.start();
    }

    /** Also answers this, behind what it was told before. */
    synchronized AnsweringServer then(int status, String body) {
        answers.add(new Answer(status, body));
        return this;
    }

    /** An error as OpenSearch words it. */
    AnsweringServer thenError(int status, String type, String reason) {
        return then(
                status,
                "{\"error\": {\"type\": \"" + type + "\", \"reason\": \"" + reason + "\"}, \"status\": " + status
                        + "}");
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            asked.add(new Asked(exchange.getRequestURI().toString(), body, authorization == null ? "" : authorization));
            Answer answer = answers.size() > 1 ? answers.remove() : answers.element();
            byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    synchronized List<Asked> asked() {
        return List.copyOf(asked);
    }

    int port() {
        return server.getAddress().getPort();
    }

    OpenSearchSettings settings() {
        return OpenSearchSettings.of(URI.create("http://127.0.0.1:" + port()));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
