package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.config.RoutesConfig;
import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may keep others out of a server, and for how long. */
@Timeout(60)
class RequestSlotsTest {

    private static final int BYTES = 1 << 20;
    private static final int SLOTS = 8;

    @TempDir
    Path folder;

    private final CountDownLatch inside = new CountDownLatch(SLOTS / 4);
    private final CountDownLatch end = new CountDownLatch(1);
    private String key;
    private String other;
    private HttpSettings settings;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    RequestSlotsTest() {}

    @BeforeEach
    void createKeys() throws Exception {
        Path file = folder.resolve("keys.json");
        ApiKeyFile keys = new ApiKeyFile(file);
        key = keys.create("shop", List.of("search"), Instant.now(), null);
        other = keys.create("camera", List.of("search"), Instant.now(), null);
        settings = HttpSettings.loopback(0)
                .withAccess(Access.NONE.withApiKeys(file))
                .withLimits(RequestLimits.DEFAULT.withMostAtOnce(SLOTS));
    }

    private void routes(RoutesConfig routes) {
        routes.get("/v1/thing", context -> context.result("thing"), Scope.SEARCH);
        routes.post("/v1/thing", context -> context.status(204), Scope.INGEST);
        for (String slow : List.of("/v1/slow", "/v1/events")) {
            routes.get(
                    slow,
                    context -> {
                        inside.countDown();
                        end.await();
                    },
                    Scope.SEARCH);
        }
    }

    @Test
    void shouldNotWaitForBodiesOfStrangers() throws Exception {
        try (ApiServer server = ApiServer.start(settings, BYTES, this::routes);
                TestCall call = new TestCall(server)) {
            List<Socket> strangers = new ArrayList<>();
            for (int i = 0; i < 2 * SLOTS; i++) {
                strangers.add(announce(server, ""));
            }

            for (Socket stranger : strangers) {
                assertThat(answer(stranger)).startsWith("HTTP/1.1 401").contains("Connection: close");
            }
            assertThat(call.get("/v1/thing", "X-Api-Key", key).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void shouldHoldNoSlotWhileItWaitsForABodyThatNobodyWants() throws Exception {
        try (ApiServer server = ApiServer.start(settings, BYTES, this::routes);
                TestCall call = new TestCall(server)) {
            List<Socket> callers = new ArrayList<>();
            for (int i = 0; i < 2 * SLOTS; i++) {
                callers.add(announce(server, "X-Api-Key: " + key + "\r\n"));
            }

            await().untilAsserted(() -> assertThat(
                            call.get("/v1/thing", "X-Api-Key", key).statusCode())
                    .isEqualTo(200));
            for (Socket caller : callers) {
                caller.close();
            }
        }
    }

    @Test
    void shouldGiveOneClientNoMoreThanAQuarterOfTheSlots() throws Exception {
        try (ApiServer server = ApiServer.start(settings, BYTES, this::routes);
                TestCall call = new TestCall(server)) {
            List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
            for (int i = 0; i < SLOTS / 4; i++) {
                slow.add(call.start("/v1/slow", "X-Api-Key", key));
            }
            inside.await();

            assertThat(call.get("/v1/thing", "X-Api-Key", key).statusCode()).isEqualTo(429);
            assertThat(call.get("/v1/thing", "X-Api-Key", other).statusCode()).isEqualTo(200);

            end.countDown();
            for (CompletableFuture<HttpResponse<String>> one : slow) {
                assertThat(one.get().statusCode()).isEqualTo(200);
            }
            await().untilAsserted(() -> assertThat(
                            call.get("/v1/thing", "X-Api-Key", key).statusCode())
                    .isEqualTo(200));
        }
    }

    @Test
    void shouldCountStreamsByThemselvesHoweverTheirAddressIsWritten() throws Exception {
        try (ApiServer server = ApiServer.start(settings, BYTES, this::routes);
                TestCall call = new TestCall(server)) {
            List<CompletableFuture<HttpResponse<String>>> streams =
                    List.of(call.start("/v1/events", "X-Api-Key", key), call.start("/v1/events/", "X-Api-Key", key));
            inside.await();

            assertThat(call.get("/v1/thing", "X-Api-Key", key).statusCode()).isEqualTo(200);
            assertThat(call.get("/v1/events/", "X-Api-Key", key).statusCode()).isEqualTo(429);

            end.countDown();
            for (CompletableFuture<HttpResponse<String>> stream : streams) {
                assertThat(stream.get().statusCode()).isEqualTo(200);
            }
        }
    }

    /** Says that a body follows, and sends none. */
    private static Socket announce(ApiServer server, String header) throws Exception {
        URI address = URI.create(server.url());
        Socket socket = new Socket(address.getHost(), address.getPort());
        String head = "POST /v1/thing HTTP/1.1\r\nHost: " + address.getAuthority() + "\r\n" + header
                + "Content-Length: 1000000\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String answer(Socket socket) throws Exception {
        try (socket) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(all);
            return all.toString(StandardCharsets.UTF_8);
        }
    }
}
