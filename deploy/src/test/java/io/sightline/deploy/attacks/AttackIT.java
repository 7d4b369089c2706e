package io.sightline.deploy.attacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.payload.UrlFetchSettings;
import io.sightline.embedder.payload.UrlFetcher;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.avro.DeadLetterReason;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every attack of {@link AttackTable} on real services, and what may be sent that must do no harm later. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(Patience.TEST_SECONDS)
class AttackIT {

    private static final String SCRIPT = "<script>alert(1)</script>";

    private AttackedServers servers;
    private String session;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    AttackIT() {}

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        servers = new AttackedServers(folder);
        RawHttp.Answer signedIn = send(Attack.on(Attack.Target.SEARCH, "signs in", "POST /v1/session")
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
    void shouldRefuse(Attack attack) throws Exception {
        RawHttp.Answer answer = send(attack);

        assertThat(answer.status()).as(answer.body()).isEqualTo(attack.status());
        assertThat(answer.type()).isEqualTo(attack.type());
        assertThat(answer.body()).doesNotContain(servers.searchKey).doesNotContain("Exception");
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

    /** Even with fetching by URL on, and the host allowed: the addresses of this machine and its network are nobody's. */
    @ParameterizedTest
    @CsvSource({
        "another scheme, file:///etc/passwd, PAYLOAD_MISSING",
        "metadata of a cloud, https://169.254.169.254/latest/meta-data/, PAYLOAD_MISSING",
        "loopback, https://127.0.0.1/v1/models, PAYLOAD_MISSING",
        "loopback as IPv6, https://[::1]/v1/models, PAYLOAD_MISSING",
        "loopback as a mapped address, https://[::ffff:127.0.0.1]/v1/models, PAYLOAD_MISSING",
        "loopback by name, https://localhost/v1/models, PAYLOAD_MISSING",
        "a private network, https://10.0.0.1/, PAYLOAD_MISSING",
        "any address, https://0.0.0.0/, PAYLOAD_MISSING",
        "a host that is not allowed, https://images.example.org/a.png, PAYLOAD_MISSING",
        "a password in the address, https://a:b@127.0.0.1/, PAYLOAD_MISSING",
        "no encryption, http://127.0.0.1/, PAYLOAD_MISSING",
        "outside of the store, ../../etc/passwd, PAYLOAD_MISSING"
    })
    void shouldFetchNoPayloadFrom(String what, String uri, DeadLetterReason reason) {
        UrlFetcher urls = new UrlFetcher(UrlFetchSettings.https(Set.of(
                "169.254.169.254", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "10.0.0.1", "0.0.0.0")));
        PayloadReader reader = new PayloadReader(null, urls, 0);
        ImageEvent event = ImageEvent.newBuilder()
                .setPayload(new PayloadReference(uri, "0".repeat(64), 10L))
                .setContentType("image/png")
                .setTags(Map.of())
                .setSource("a stranger")
                .setEventTime(Instant.now())
                .build();

        assertThatExceptionOfType(RejectedImageException.class)
                .as(what)
                .isThrownBy(() -> reader.content(event))
                .extracting(RejectedImageException::reason)
                .isEqualTo(reason);
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

        RawHttp.Answer answer = send(Attack.on(Attack.Target.SEARCH, by, "GET /v1/models", header));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().isArray()).isTrue();
        assertHarmless(answer);
    }

    @Test
    void shouldAnswerScriptsAsDataOnly() throws Exception {
        String encoded = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
        String key = "Authorization: Bearer " + servers.adminKey;
        List<Attack> scripts = List.of(
                Attack.on(Attack.Target.INGEST, "label", "POST /v1/images?id=script&label=" + encoded, key)
                        .with(TestImages.png(10, 10, 2)),
                Attack.on(Attack.Target.INGEST, "tag", "POST /v1/images?tag." + encoded + "=" + encoded, key)
                        .with(TestImages.png(10, 10, 3)),
                Attack.on(Attack.Target.INGEST, "changed label", "PUT /v1/images/script/label", key)
                        .with("{\"label\": \"" + SCRIPT + "\"}"),
                Attack.on(Attack.Target.SEARCH, "version", "GET /v1/models/" + encoded.replace("%2F", "x"), key),
                Attack.on(Attack.Target.SEARCH, "number", "POST /v1/search?k=" + encoded, key)
                        .with(new byte[] {1}),
                Attack.on(Attack.Target.SEARCH, "route", "GET /" + encoded.replace("%2F", "x"), key),
                Attack.on(Attack.Target.SEARCH, "route without encoding", "GET /" + SCRIPT, key));

        for (Attack script : scripts) {
            RawHttp.Answer answer = send(script);

            assertThat(answer.status()).as(script.name()).isNotZero().isNotEqualTo(500);
            assertHarmless(answer);
        }
    }

    @Test
    void shouldAnswerHealthWhileOthersHaveToWait() throws Exception {
        Attack health = Attack.on(Attack.Target.SEARCH, "health", "GET /v1/health/live");

        assertThat(send(health.repeated(50)).status()).isEqualTo(200);
    }

    @Test
    void shouldEndASessionWithItsSignOut() throws Exception {
        RawHttp.Answer in = send(Attack.on(Attack.Target.SEARCH, "signs in", "POST /v1/session")
                .with("{\"key\": \"" + servers.searchKey + "\"}"));
        String cookie = in.header("set-cookie");
        String sent = "Cookie: " + cookie.substring(0, cookie.indexOf(';'));

        assertThat(cookie).contains("HttpOnly", "SameSite=Strict", "Path=/").doesNotContain(servers.searchKey);
        assertThat(in.json().path("name").asText()).isEqualTo("shop");
        assertThat(send(Attack.on(Attack.Target.SEARCH, "reads", "GET /v1/models", sent))
                        .status())
                .isEqualTo(200);
        assertThat(send(Attack.on(Attack.Target.SEARCH, "out", "DELETE /v1/session", sent, "X-Sightline-Console: 1"))
                        .status())
                .isEqualTo(204);
        assertThat(send(Attack.on(Attack.Target.SEARCH, "reads", "GET /v1/models", sent))
                        .status())
                .isEqualTo(401);
        assertThat(send(Attack.on(Attack.Target.SEARCH, "asks", "GET /v1/session", sent))
                        .json()
                        .path("scopes"))
                .isEmpty();
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

    private RawHttp.Answer send(Attack attack) throws Exception {
        String url = servers.url(attack.target());
        byte[] body = attack.body();
        RawHttp.Answer answer = RawHttp.exchange(url, attack.head(), body, attack.slowMillis());
        for (int i = 1; i < attack.times(); i++) {
            answer = RawHttp.exchange(url, attack.head(), body, attack.slowMillis());
        }
        return answer;
    }
}
