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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server that answers what it is told to, as OpenSearch would, the last answer for ever. Thread-safe. */
final class AnsweringServer implements AutoCloseable {

    private final HttpServer server;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<Asked> asked = new ArrayList<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private volatile CountDownLatch gate = new CountDownLatch(0);

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
        server.setExecutor(threads);
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

    /** Answers nothing from now on, until {@link #release}. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    /** Answers again, also what was asked meanwhile. */
    void release() {
        gate.countDown();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            note(exchange);
            gate.await();
            Answer answer = next();
            byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void note(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        String path = exchange.getRequestURI().toString();
        synchronized (this) {
            asked.add(new Asked(path, body, authorization == null ? "" : authorization));
        }
    }

    private synchronized Answer next() {
        return answers.size() > 1 ? answers.remove() : answers.element();
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
        threads.shutdownNow();
    }
}
