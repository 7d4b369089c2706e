package io.sightline.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import io.sightline.http.Scope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

    private static final Duration TIME = Duration.ofSeconds(1);

    private volatile long start = System.nanoTime();
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();
    private final ApiServer server = ApiServer.start(HttpSettings.loopback(0), 1024, routes -> {
        routes.get("/quick", context -> context.result("quick " + seen.incrementAndGet()), Scope.OPEN);
        routes.get(
                "/stalls",
                context -> {
                    // Whoever comes in the first half is answered at its end.
                    long left = start + TIME.toNanos() / 2 - System.nanoTime();
                    TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
                },
                Scope.OPEN);
        routes.get("/busy", context -> context.status(429), Scope.OPEN);
        routes.get(
                "/long",
                context -> {
                    connections.incrementAndGet();
                    context.result("x".repeat(300_000));
                },
                Scope.OPEN);
    });

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void shouldSendAsManyAsTheScheduleWants() throws Exception {
        LoadRow row = run("/quick", 200);

        assertThat(row.sent()).isEqualTo(200);
        assertThat(row.ok()).isEqualTo(200);
        assertThat(seen).hasValue(200);
    }

    @Test
    void shouldCountLatencyFromTheMomentThatTheScheduleWanted() throws Exception {
        start = System.nanoTime();

        LoadRow row = run("/stalls", 100);

        // A generator that waits for answers would have seen one slow request.
        assertThat(row.ok()).isEqualTo(100);
        assertThat(row.max()).isGreaterThan(400);
        assertThat(row.p95()).isGreaterThan(300);
    }

    @Test
    void shouldReadLongAnswersToTheirEnd() throws Exception {
        LoadRow row = run("/long", 20);

        assertThat(row.ok()).isEqualTo(20);
        assertThat(connections).hasValue(20);
    }

    @Test
    void shouldCountWhatIsShed() throws Exception {
        LoadRow row = run("/busy", 20);

        assertThat(row.shed()).isEqualTo(20);
        assertThat(row.failed()).isZero();
    }

    @Test
    void shouldCountWhatNobodyAnswers() throws Exception {
        URI nobody = URI.create(server.url());
        server.close();

        LoadRow row = run(nobody, "/quick", 20);

        assertThat(row.failed()).isEqualTo(20);
        assertThat(row.firstFailure()).contains("ConnectException");
    }

    private LoadRow run(String path, double perSecond) throws InterruptedException {
        return run(URI.create(server.url()), path, perSecond);
    }

    private static LoadRow run(URI address, String path, double perSecond) throws InterruptedException {
        byte[] request = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        LoadRecorder recorder = new LoadRecorder("test");
        try (LoadConnections connections = new LoadConnections(address)) {
            double seconds =
                    new OpenLoop(connections, new ArrivalSchedule(perSecond), number -> request, recorder).run(TIME);
            return recorder.row(seconds);
        }
    }
}
