package io.sightline.embedder.payload;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sightline.embedder.testing.Patience;
import io.sightline.schemas.Sha256;
import io.sightline.schemas.avro.PayloadReference;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocketFactory;

/** A real HTTP server on the loopback address, which {@value #HOST} resolves to. */
public final class PayloadServer implements AutoCloseable {

    static final String HOST = "images.example.org";
    static final long MAX_BYTES = 100_000;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger hits = new AtomicInteger();

    public PayloadServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    public interface Handler {
        void handle(HttpExchange exchange) throws Exception;
    }

    public void on(String path, Handler handler) {
        server.createContext(path, exchange -> {
            hits.incrementAndGet();
            try (exchange) {
                handler.handle(exchange);
            } catch (IOException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    void onContent(String path, byte[] content) {
        on(path, exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        });
    }

    void onStatus(String path, int status) {
        on(path, exchange -> exchange.sendResponseHeaders(status, -1));
    }

    void onRedirect(String path, String location) {
        on(path, exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    /** Writes a byte every 20 ms until it is released or the client has gone. */
    void drip(OutputStream out) throws IOException, InterruptedException {
        while (!released.await(20, TimeUnit.MILLISECONDS)) {
            out.write('x');
            out.flush();
        }
    }

    public void awaitRelease() throws InterruptedException {
        released.await();
    }

    void release() {
        released.countDown();
    }

    public int hits() {
        return hits.get();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url(String path) {
        return "http://" + HOST + ":" + port() + path;
    }

    public PayloadReference reference(String path, byte[] content) {
        return reference(content, url(path));
    }

    static PayloadReference reference(byte[] content, String uri) {
        return new PayloadReference(uri, Sha256.hex(content), (long) content.length);
    }

    UrlFetcher fetcher(String... otherHosts) {
        return fetcher(Patience.LIMIT, otherHosts);
    }

    UrlFetcher fetcher(Duration timeout, String... otherHosts) {
        return fetcher(timeout, Patience.LIMIT.multipliedBy(2), otherHosts);
    }

    /** Loopback counts as public for it, and nothing else does that is not. */
    public UrlFetcher fetcher(Duration timeout, Duration giveUpAfter, String... otherHosts) {
        Set<String> hosts = new HashSet<>(Set.of(otherHosts));
        hosts.add(HOST + ":" + port());
        return new UrlFetcher(
                new UrlFetchSettings(Set.of("http"), hosts, MAX_BYTES, timeout, giveUpAfter),
                new AddressPolicy(true),
                PayloadServer::resolve,
                (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    static InetAddress[] resolve(String host) throws UnknownHostException {
        return host.equals(HOST)
                ? new InetAddress[] {InetAddress.getLoopbackAddress()}
                : InetAddress.getAllByName(host);
    }

    @Override
    public void close() {
        release();
        server.stop(0);
        threads.shutdownNow();
    }
}
