package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.javalin.config.RoutesConfig;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class ApiServerTest {

    private static final int BYTES = 1024;

    @TempDir
    Path folder;

    private Path file;
    private ApiKeyFile keys;
    private String key;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    ApiServerTest() {}

    @BeforeEach
    void createKey() throws Exception {
        file = folder.resolve("keys.json");
        keys = new ApiKeyFile(file);
        key = keys.create("operator", List.of("admin"), Instant.now(), null);
    }

    private HttpSettings asking() {
        return HttpSettings.loopback(0).withAccess(Access.NONE.withApiKeys(file));
    }

    private static void routes(RoutesConfig routes) {
        routes.get(
                "/v1/thing",
                context -> context.json(Map.of("caller", Caller.of(context).name())),
                Scope.SEARCH);
        routes.post("/v1/thing", context -> context.status(204), Scope.INGEST);
        routes.get("/v1/health/live", context -> context.json(Map.of()), Scope.OPEN);
    }

    @Test
    void shouldNotListenToOtherMachinesWithoutAskingWhoTheyAre() {
        HttpSettings settings = new HttpSettings("0.0.0.0", 0);

        assertThatExceptionOfType(UnprotectedServerException.class)
                .isThrownBy(() -> ApiServer.start(settings, BYTES, ApiServerTest::routes))
                .withMessageContaining("0.0.0.0")
                .withMessageContaining("sightline keys create")
                .withMessageContaining("auth.api-keys");
    }

    @Test
    void shouldListenToOtherMachinesThatSayWhoTheyAre() throws Exception {
        HttpSettings settings = asking().withHost("0.0.0.0");
        try (ApiServer server = ApiServer.start(settings, BYTES, ApiServerTest::routes);
                TestCall call = new TestCall(server)) {
            assertThat(call.get("/v1/thing").statusCode()).isEqualTo(401);
            assertThat(call.get("/v1/thing", "X-Api-Key", key).body()).isEqualTo("{\"caller\":\"operator\"}");
        }
    }

    @Test
    void shouldNotStartWithARouteThatIsForNobodyInParticular() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ApiServer.start(
                        HttpSettings.loopback(0), BYTES, routes -> routes.get("/v1/secret", context -> {})))
                .withMessageContaining("GET /v1/secret");
    }

    @Test
    void shouldNotStartWithoutTheFileOfKeys() {
        HttpSettings settings = asking().withAccess(Access.NONE.withApiKeys(folder.resolve("none.json")));

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> ApiServer.start(settings, BYTES, ApiServerTest::routes))
                .withMessageContaining("none.json");
    }

    @ParameterizedTest
    @CsvSource({"GET, 200", "HEAD, 200", "POST, 204", "PUT, 405", "OPTIONS, 405"})
    void shouldAskForACredentialWithEveryMethod(String method, int withKey) throws Exception {
        try (ApiServer server = ApiServer.start(asking(), BYTES, ApiServerTest::routes);
                TestCall call = new TestCall(server)) {
            assertThat(call.send(method, "/v1/thing", "").statusCode()).isIn(401, 405);
            assertThat(call.send(method, "/v1/thing", "", "Authorization", "Bearer " + key)
                            .statusCode())
                    .isEqualTo(withKey);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "GET", "POST"})
    void shouldNotTakeTheMethodFromAHeader(String method) throws Exception {
        AtomicInteger changes = new AtomicInteger();
        try (ApiServer server = ApiServer.start(
                        HttpSettings.loopback(0),
                        BYTES,
                        routes -> routes.post("/v1/change", context -> changes.incrementAndGet(), Scope.ADMIN));
                TestCall call = new TestCall(server)) {
            assertThat(call.send(method, "/v1/change", "", "X-HTTP-Method-Override", "POST")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(changes).hasValue(0);
            assertThat(call.send("POST", "/v1/change", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void shouldCountOnlySignInsThatFail() throws Exception {
        try (ApiServer server = ApiServer.start(asking(), BYTES, ApiServerTest::routes);
                TestCall call = new TestCall(server)) {
            for (int i = 0; i < 15; i++) {
                assertThat(call.send("POST", "/v1/session", "{\"key\": \"" + key + "\"}")
                                .statusCode())
                        .isEqualTo(200);
            }
            for (int i = 0; i < 9; i++) {
                assertThat(call.send("POST", "/v1/session", "{\"key\": \"sl_wrong\"}")
                                .statusCode())
                        .isEqualTo(401);
            }
            await().untilAsserted(() -> assertThat(call.send("POST", "/v1/session", "{\"key\": \"sl_wrong\"}")
                            .statusCode())
                    .isEqualTo(429));
        }
    }

    @Test
    void shouldOpenOnlySoManySessionsOfOneCallerAndNotCountThemAsFailed() throws Exception {
        String other = keys.create("other", List.of("search"), Instant.now(), null);
        try (ApiServer server = ApiServer.start(asking(), BYTES, ApiServerTest::routes);
                TestCall call = new TestCall(server)) {
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> signIn(call, key) == 429);

            for (int i = 0; i < 12; i++) {
                assertThat(signIn(call, key)).isEqualTo(429);
            }
            assertThat(signIn(call, other)).isEqualTo(200);
        }
    }

    private static int signIn(TestCall call, String key) throws Exception {
        return call.send("POST", "/v1/session", "{\"key\": \"" + key + "\"}").statusCode();
    }

    @Test
    void shouldTakeACharsetInQuotesAndNoneThatIsNotKnown() throws Exception {
        try (ApiServer server = ApiServer.start(HttpSettings.loopback(0), BYTES, ApiServerTest::routes);
                TestCall call = new TestCall(server)) {
            String path = "/v1/thing?a=b";
            assertThat(call.get(path, "Content-Type", "text/plain; Charset=\"utf-8\"")
                            .statusCode())
                    .isEqualTo(200);
            HttpResponse<String> refused = call.get(path, "Content-Type", "text/plain; charset=\"klingon\"");
            assertThat(refused.statusCode()).isEqualTo(415);
            assertThat(TestCall.type(refused)).isEqualTo("unsupported-charset");
        }
    }

    @Test
    void shouldForgetAKeyAndItsSessionsWhenItIsRevoked() throws Exception {
        try (ApiServer server = ApiServer.start(asking(), BYTES, ApiServerTest::routes);
                TestCall call = new TestCall(server)) {
            HttpResponse<String> signedIn = call.send("POST", "/v1/session", "{\"key\": \"" + key + "\"}");
            String cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
            String session = cookie.substring(0, cookie.indexOf(';'));
            assertThat(call.get("/v1/thing", "Cookie", session).statusCode()).isEqualTo(200);

            keys.revoke("operator");

            await().untilAsserted(() -> assertThat(
                            call.get("/v1/thing", "X-Api-Key", key).statusCode())
                    .isEqualTo(401));
            assertThat(call.get("/v1/thing", "Cookie", session).statusCode()).isEqualTo(401);
            String later = keys.create("later", List.of("search"), Instant.now(), null);
            await().untilAsserted(() -> assertThat(
                            call.get("/v1/thing", "X-Api-Key", later).statusCode())
                    .isEqualTo(200));
        }
    }

    @Test
    void shouldSendAwayWhoComesWhenAllSlotsAreTakenAndAnswerAgainAfterwards() throws Exception {
        CountDownLatch inside = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        HttpSettings settings = HttpSettings.loopback(0).withLimits(RequestLimits.DEFAULT.withMostAtOnce(2));
        try (ApiServer server = ApiServer.start(settings, BYTES, routes -> {
                    routes(routes);
                    routes.get(
                            "/v1/slow",
                            context -> {
                                inside.countDown();
                                end.await();
                            },
                            Scope.SEARCH);
                });
                TestCall call = new TestCall(server)) {
            List<CompletableFuture<HttpResponse<String>>> slow =
                    List.of(call.start("/v1/slow"), call.start("/v1/slow"));
            inside.await();

            HttpResponse<String> refused = call.get("/v1/thing");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(TestCall.type(refused)).isEqualTo("too-many-requests");
            assertThat(call.get("/v1/health/live").statusCode()).isEqualTo(200);

            end.countDown();
            for (CompletableFuture<HttpResponse<String>> one : slow) {
                assertThat(one.get().statusCode()).isEqualTo(200);
            }
            await().untilAsserted(
                            () -> assertThat(call.get("/v1/thing").statusCode()).isEqualTo(200));
        }
    }

    @Test
    void shouldLetAClientSendAgainWhenItWaitedAsLongAsItWasTold() throws Exception {
        HttpSettings settings = asking().withLimits(RequestLimits.DEFAULT.withRate(2, 1));
        try (ApiServer server = ApiServer.start(settings, BYTES, ApiServerTest::routes);
                TestCall call = new TestCall(server)) {
            assertThat(call.get("/v1/thing", "X-Api-Key", key).statusCode()).isEqualTo(200);
            assertThat(call.get("/v1/thing", "X-Api-Key", key).statusCode()).isEqualTo(429);

            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> assertThat(
                                    call.get("/v1/thing", "X-Api-Key", key).statusCode())
                            .isEqualTo(200));
        }
    }

    @Test
    void shouldSayInTheAuditLogWhoDidWhatInOneLine() throws Exception {
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);
        logger.setLevel(Level.INFO);
        logger.addAppender(events);
        events.start();
        try (ApiServer server = ApiServer.start(
                        asking(),
                        BYTES,
                        routes -> routes.delete(
                                "/v1/things/{id}",
                                context -> AuditLog.audited(
                                        context, "delete-thing", context.pathParam("id"), () -> "done"),
                                Scope.ADMIN));
                TestCall call = new TestCall(server)) {
            call.send("DELETE", "/v1/things/a%0Aactor=root", "", "X-Api-Key", key, "X-Request-Id", "r-1");
            call.send("DELETE", "/v1/things/b", "", "X-Api-Key", "sl_wrong");
        } finally {
            logger.detachAppender(events);
        }

        assertThat(events.list).hasSize(2);
        assertThat(values(events.list.getFirst()))
                .containsEntry("actor", "operator")
                .containsEntry("address", "127.0.0.1")
                .containsEntry("action", "delete-thing")
                .containsEntry("object", "a?actor=root")
                .containsEntry("outcome", "done")
                .containsEntry("request", "r-1");
        assertThat(values(events.list.getLast()))
                .containsEntry("actor", "anonymous")
                .containsEntry("action", "access")
                .containsEntry("outcome", "refused: unauthenticated");
        assertThat(events.list.toString()).doesNotContain("sl_wrong");
    }

    private static Map<String, Object> values(ILoggingEvent event) {
        return event.getKeyValuePairs().stream().collect(Collectors.toMap(pair -> pair.key, pair -> pair.value));
    }

    @Test
    void shouldSayToTheConsoleWhetherToSignIn() throws Exception {
        try (ApiServer open = ApiServer.start(HttpSettings.loopback(0), BYTES, ApiServerTest::routes);
                ApiServer asks = ApiServer.start(asking(), BYTES, ApiServerTest::routes);
                TestCall toOpen = new TestCall(open);
                TestCall toAsking = new TestCall(asks)) {
            assertThat(toOpen.get("/v1/session").body())
                    .isEqualTo("{\"authentication\":\"none\",\"name\":null,"
                            + "\"scopes\":[\"ingest\",\"search\",\"monitor\",\"admin\"]}");
            assertThat(toAsking.get("/v1/session").body())
                    .isEqualTo("{\"authentication\":\"required\",\"name\":null,\"scopes\":[]}");
        }
    }
}
