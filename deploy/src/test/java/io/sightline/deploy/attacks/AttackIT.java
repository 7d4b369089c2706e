package io.sightline.deploy.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.UrlFetchSettings;
import io.sightline.embedder.payload.UrlFetcher;
import io.sightline.embedder.testing.Patience;
import io.sightline.schemas.avro.ImageEvent;
import io.sightline.schemas.avro.PayloadReference;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every attack of {@link AttackTable} on real services, and what has to be let through beside them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(Patience.TEST_SECONDS)
class AttackIT {

    private AttackedServers servers;
    private String session;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    AttackIT() {}

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        servers = new AttackedServers(folder);
        RawHttp.Answer signedIn = send(Request.on(Request.Target.SEARCH, "signs in", "POST /v1/session")
                .with("{\"key\": \"" + servers.adminKey + "\"}"));
        assertThat(signedIn.status()).as(signedIn.body()).isEqualTo(200);
        String cookie = signedIn.header("set-cookie");
        session = cookie.substring(cookie.indexOf('=') + 1, cookie.indexOf(';'));
    }

    @AfterAll
    void stop() {
        servers.close();
    }

    List<Attack> attacks() throws JOSEException {
        return new AttackTable(servers, session).rows();
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void shouldDoNoHarm(Attack attack) throws Exception {
        switch (attack) {
            case Attack.Refused refused -> assertRefused(refused);
            case Attack.Stored stored -> assertAnsweredAsData(stored);
            case Attack.NotFetched event -> assertNotFetched(event);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "token", "X-Api-Key", "cookie"})
    void shouldLetThroughWhatIsRight(String by) throws Exception {
        String header = switch (by) {
            case "key" -> "Authorization: Bearer " + servers.searchKey;
            case "token" ->
                "Authorization: Bearer "
                        + servers.tokens.signed(
                                Tokens.claims("sightline:search").build());
            case "X-Api-Key" -> "X-Api-Key: " + servers.searchKey;
            default -> "Cookie: sightline_session=" + session;
        };

        RawHttp.Answer answer = send(Request.on(Request.Target.SEARCH, by, "GET /v1/models", header));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().isArray()).isTrue();
        assertHarmless(answer);
    }

    @Test
    void shouldAnswerHealthWhileOthersHaveToWait() throws Exception {
        Request health = Request.on(Request.Target.SEARCH, "health", "GET /v1/health/live");

        assertThat(send(health.repeated(50)).status()).isEqualTo(200);
    }

    @Test
    void shouldEndASessionWithItsSignOut() throws Exception {
        RawHttp.Answer in = send(Request.on(Request.Target.SEARCH, "signs in", "POST /v1/session")
                .with("{\"key\": \"" + servers.searchKey + "\"}"));
        String cookie = in.header("set-cookie");
        String sent = "Cookie: " + cookie.substring(0, cookie.indexOf(';'));

        assertThat(cookie).contains("HttpOnly", "SameSite=Strict", "Path=/").doesNotContain(servers.searchKey);
        assertThat(in.json().path("name").asText()).isEqualTo("shop");
        assertThat(send(Request.on(Request.Target.SEARCH, "reads", "GET /v1/models", sent))
                        .status())
                .isEqualTo(200);
        assertThat(send(Request.on(Request.Target.SEARCH, "out", "DELETE /v1/session", sent, "X-Sightline-Console: 1"))
                        .status())
                .isEqualTo(204);
        assertThat(send(Request.on(Request.Target.SEARCH, "reads", "GET /v1/models", sent))
                        .status())
                .isEqualTo(401);
        assertThat(send(Request.on(Request.Target.SEARCH, "asks", "GET /v1/session", sent))
                        .json()
                        .path("scopes"))
                .isEmpty();
    }

    private void assertRefused(Attack.Refused attack) throws Exception {
        RawHttp.Answer answer = send(attack.request());

        assertThat(answer.status()).as(answer.body()).isEqualTo(attack.status());
        assertThat(answer.type()).isEqualTo(attack.type());
        assertThat(answer.body()).contains(attack.says());
        assertDiscreet(answer);
        if (answer.status() != 0) {
            assertHarmless(answer);
        }
        if (answer.status() == 401) {
            assertThat(answer.header("www-authenticate")).startsWith("Bearer ");
        }
        if (answer.status() == 429) {
            assertThat(Integer.parseInt(answer.header("retry-after"))).isPositive();
        }
    }

    /** As JSON and nothing else: neither said to be a page, nor for a browser to find one in it. */
    private void assertAnsweredAsData(Attack.Stored attack) throws Exception {
        RawHttp.Answer answer = send(attack.request());

        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.json().isObject()).isTrue();
        assertThat(answer.body()).contains(attack.says());
        assertDiscreet(answer);
        assertHarmless(answer);
    }

    /** Even with fetching by URL on, and the host allowed. */
    private static void assertNotFetched(Attack.NotFetched attack) {
        UrlFetcher urls = new UrlFetcher(UrlFetchSettings.https(Set.of(
                "169.254.169.254", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "10.0.0.1", "0.0.0.0")));
        PayloadReader reader = new PayloadReader(null, urls, 0);
        ImageEvent event = ImageEvent.newBuilder()
                .setPayload(new PayloadReference(attack.uri(), "0".repeat(64), 10L))
                .setContentType("image/png")
                .setTags(Map.of())
                .setSource("a stranger")
                .setEventTime(Instant.now())
                .build();

        assertThatExceptionOfType(RejectedImageException.class)
                .isThrownBy(() -> reader.content(event))
                .withMessageContaining(attack.why())
                .extracting(RejectedImageException::reason)
                .isEqualTo(attack.reason());
    }

    private void assertDiscreet(RawHttp.Answer answer) {
        assertThat(answer.body()).doesNotContain(servers.searchKey).doesNotContain("Exception");
    }

    /** Nothing that a browser would take for a page, or say more of than has to be. */
    private static void assertHarmless(RawHttp.Answer answer) {
        if (!answer.body().isEmpty()) {
            assertThat(answer.header("content-type")).startsWith("application/json");
        }
        assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(answer.header("content-security-policy")).contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(answer.header("referrer-policy")).isEqualTo("no-referrer");
        assertThat(answer.header("cache-control")).isEqualTo("no-store");
        assertThat(answer.headers()).doesNotContainKey("server").doesNotContainKey("access-control-allow-origin");
    }

    private RawHttp.Answer send(Request request) throws Exception {
        String url = servers.url(request.target());
        byte[] body = request.body();
        RawHttp.Answer answer = RawHttp.exchange(url, request.head(), body, request.slowMillis());
        for (int i = 1; i < request.times(); i++) {
            answer = RawHttp.exchange(url, request.head(), body, request.slowMillis());
        }
        return answer;
    }
}
