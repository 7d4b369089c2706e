package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class GracefulStopTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final HttpClient client = HttpClient.newHttpClient();
    private final ApiServer server = ApiServer.start(HttpSettings.loopback(0), 1024, routes -> {
        routes.get("/quick", context -> context.result("quick"), Scope.OPEN);
        routes.get("/v1/health/ready", context -> context.result("ready"), Scope.OPEN);
        routes.get(
                "/slow",
                context -> {
                    arrived.countDown();
                    answer.await();
                    context.result("slow");
                },
                Scope.OPEN);
    });
    /** A server that has stopped does not know its port any more. */
    private final String url = server.url();

    @AfterEach
    void close() {
        answer.countDown();
        server.close();
        client.close();
    }

    /** Again and again: a connection that came in the very moment was lost now and then. */
    @RepeatedTest(10)
    void shouldAnswerWhatIsUnderWayBeforeItStops() throws Exception {
        CompletableFuture<HttpResponse<String>> slow = client.sendAsync(request("/slow"), text());
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
        awaitRefused();
        assertThat(closed).isNotDone();
        answer.countDown();

        assertThat(slow.get(10, TimeUnit.SECONDS).body()).isEqualTo("slow");
        closed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldGoOnAnsweringWhileClientsLeave() throws Exception {
        assertThat(get("/v1/health/ready").statusCode()).isEqualTo(200);
        CompletableFuture<HttpResponse<String>> slow = client.sendAsync(request("/slow"), text());
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> server.drain(LONG));
        awaitUnready();
        HttpResponse<String> quick = get("/quick");

        assertThat(quick.statusCode()).isEqualTo(200);
        assertThat(quick.headers().firstValue("Connection")).contains("close");
        assertThat(drained).isNotDone();
        answer.countDown();
        assertThat(slow.get(10, TimeUnit.SECONDS).body()).isEqualTo("slow");
        drained.get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldNotWaitLongerForClientsThanItIsTold() throws Exception {
        CompletableFuture<HttpResponse<String>> slow = client.sendAsync(request("/slow"), text());
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        server.drain(Duration.ofMillis(100));

        assertThat(slow).isNotDone();
        answer.countDown();
        assertThat(slow.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldStopAtOnceWhenNobodyAsksAnything() throws Exception {
        get("/quick");

        long start = System.nanoTime();
        server.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        assertThatThrownBy(() -> get("/quick")).isInstanceOf(IOException.class);
    }

    private void awaitUnready() throws Exception {
        long latest = System.nanoTime() + LONG.toNanos();
        HttpResponse<String> ready = get("/v1/health/ready");
        while (ready.statusCode() != 503 && System.nanoTime() < latest) {
            ready = get("/v1/health/ready");
        }
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("stopping");
    }

    private void awaitRefused() throws Exception {
        long latest = System.nanoTime() + LONG.toNanos();
        boolean refused = false;
        while (!refused && System.nanoTime() < latest) {
            try (HttpClient other = HttpClient.newHttpClient()) {
                other.send(request("/quick"), text());
            } catch (ConnectException e) {
                refused = true;
            } catch (IOException e) {
                // Taken by the server a moment before it stopped to take any.
                assertThat(e).isNotNull();
            }
        }
        assertThat(refused).isTrue();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path), text());
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(LONG)
                .build();
    }

    private static HttpResponse.BodyHandler<String> text() {
        return HttpResponse.BodyHandlers.ofString();
    }
}
