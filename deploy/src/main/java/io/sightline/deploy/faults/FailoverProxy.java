package io.sightline.deploy.faults;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sightline.deploy.faults.RequestLog.Cause;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small load balancer on loopback: requests go to the replicas in turn, those that say that they are not ready are left
 * out, and a request that one replica does not answer goes to the next. All requests of ours may be sent twice. Close it
 * once; thread-safe otherwise.
 */
final class FailoverProxy implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(25);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration ROUND = Duration.ofMillis(50);
    private static final int UNAVAILABLE = 503;
    private static final int BAD_GATEWAY = 502;

    private final List<URI> replicas;
    private final RequestLog log;
    private final Set<URI> unready = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread health = Thread.ofVirtual().name("replica-health").unstarted(this::watch);
    private final HttpServer server;

    /** Starts to listen on any port. */
    FailoverProxy(List<URI> replicas, RequestLog log) throws IOException {
        this.replicas = List.copyOf(replicas);
        this.log = log;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.setExecutor(threads);
        server.start();
        health.start();
    }

    /** Address of the proxy. */
    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** What a request is for: {@code search}, {@code image}, {@code label}, {@code deletion} or {@code look}. */
    static String kind(String method, String path) {
        if (path.startsWith("/v1/search")) {
            return "search";
        }
        return switch (method) {
            case "POST" -> "image";
            case "PUT" -> "label";
            case "DELETE" -> "deletion";
            default -> "look";
        };
    }

    @Override
    public void close() {
        health.interrupt();
        server.stop(0);
        threads.shutdownNow();
        client.shutdownNow();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            String kind =
                    kind(exchange.getRequestMethod(), exchange.getRequestURI().getPath());
            HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.ofByteArray(
                    exchange.getRequestBody().readAllBytes());
            String contentType = exchange.getRequestHeaders().getFirst("Content-Type");
            long start = System.nanoTime();
            for (int attempt = 0; System.nanoTime() - start < PATIENCE.toNanos(); attempt++) {
                HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                                next(attempt) + exchange.getRequestURI().toString()))
                        .timeout(ANSWER)
                        .method(exchange.getRequestMethod(), body);
                if (contentType != null) {
                    request.header("Content-Type", contentType);
                }
                try {
                    HttpResponse<byte[]> response =
                            client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
                    if (response.statusCode() != UNAVAILABLE) {
                        log.answered(kind, start, System.nanoTime());
                        answer(exchange, response.statusCode(), response.body());
                        return;
                    }
                    log.failedOver(kind, Cause.UNREADY);
                } catch (ConnectException | HttpConnectTimeoutException e) {
                    log.failedOver(kind, Cause.REFUSED);
                } catch (HttpTimeoutException e) {
                    log.failedOver(kind, Cause.SLOW);
                } catch (IOException e) {
                    log.failedOver(kind, Cause.CUT);
                }
                if (attempt % replicas.size() == replicas.size() - 1) {
                    TimeUnit.NANOSECONDS.sleep(ROUND.toNanos());
                }
            }
            log.failed(kind);
            answer(
                    exchange,
                    BAD_GATEWAY,
                    "{\"error\":{\"type\":\"no-replica\",\"message\":\"none of them answered\"}}"
                            .getBytes(StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    /** In turn; first those that are ready, and any after that: one that was not ready a moment ago may be now. */
    private URI next(int attempt) {
        List<URI> ready =
                replicas.stream().filter(replica -> !unready.contains(replica)).toList();
        List<URI> candidates = attempt < ready.size() ? ready : replicas;
        return candidates.get(Math.floorMod(turn.getAndIncrement(), candidates.size()));
    }

    private void watch() {
        try {
            while (true) {
                for (URI replica : replicas) {
                    if (isReady(replica)) {
                        unready.remove(replica);
                    } else {
                        unready.add(replica);
                    }
                }
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A service that does not speak of it is ready when it listens. */
    private boolean isReady(URI replica) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(replica.resolve("/v1/health/ready"))
                .timeout(CONNECT)
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() != UNAVAILABLE;
        } catch (IOException e) {
            return false;
        }
    }
}
