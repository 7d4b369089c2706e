package io.sightline.embedder.payload;

import static io.sightline.embedder.payload.PayloadServer.HOST;
import static io.sightline.embedder.payload.PayloadServer.MAX_BYTES;
import static io.sightline.embedder.payload.PayloadServer.reference;
import static io.sightline.embedder.payload.Rejections.assertRejected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.testing.Patience;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.avro.PayloadReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(Patience.TEST_SECONDS)
class UrlFetcherTest {

    private static final byte[] CONTENT = "an image".getBytes(StandardCharsets.UTF_8);
    private static final byte[] LARGE = large((int) MAX_BYTES);

    private PayloadServer server;
    private UrlFetcher fetcher;

    @BeforeEach
    void start() throws Exception {
        server = new PayloadServer();
        fetcher = server.fetcher();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldFetchWhatWasAskedFor() throws Exception {
        List<String> seen = new ArrayList<>();
        server.on("/", exchange -> {
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            seen.add(exchange.getRequestHeaders().getFirst("Host"));
            exchange.sendResponseHeaders(200, LARGE.length);
            exchange.getResponseBody().write(LARGE);
        });

        byte[] content = fetcher.get(server.reference("/a%20b/ü.png?x=1&y#fragment", LARGE));

        assertThat(content).isEqualTo(LARGE);
        assertThat(seen).containsExactly("GET /a%20b/%C3%BC.png?x=1&y", HOST + ":" + server.port());
    }

    @Test
    void shouldFetchAChunkedBody() throws Exception {
        server.on("/a", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(LARGE);
        });

        assertThat(fetcher.get(server.reference("/a", LARGE))).isEqualTo(LARGE);
    }

    @Test
    void shouldRefuseALargerBodyThanItDeclaresOrNot() {
        byte[] tooLarge = large((int) MAX_BYTES + 1);
        server.onContent("/declared", tooLarge);
        server.on("/undeclared", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(tooLarge);
        });

        for (String path : List.of("/declared", "/undeclared")) {
            assertRejected(
                    DeadLetterReason.OVERSIZE,
                    "more than the 100000",
                    () -> fetcher.get(server.reference(path, CONTENT)));
        }
        assertThat(server.hits()).isEqualTo(2);
    }

    @Test
    void shouldNotAskForWhatTheEventSaysIsTooLarge() {
        assertRejected(
                DeadLetterReason.OVERSIZE,
                "at most 100000",
                () -> fetcher.get(server.reference("/a", large((int) MAX_BYTES + 1))));
        assertThat(server.hits()).isZero();
    }

    @Test
    void shouldRefuseAnotherContent() {
        server.onContent("/a", CONTENT);

        assertRejected(
                DeadLetterReason.HASH_MISMATCH,
                "the SHA-256 that the event says",
                () -> fetcher.get(server.reference("/a", "AN image".getBytes(StandardCharsets.UTF_8))));
        assertRejected(
                DeadLetterReason.HASH_MISMATCH,
                "100000 bytes that the event says",
                () -> fetcher.get(server.reference("/a", LARGE)));
    }

    @Test
    void shouldGiveUpOnABodyThatComesByteByByte() {
        server.on("/a", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            server.drip(exchange.getResponseBody());
        });

        assertUnavailable(
                "no complete answer within 300 ms",
                server.fetcher(Duration.ofMillis(300)),
                server.reference("/a", LARGE));
    }

    @Test
    void shouldGiveUpOnAHostThatSaysNothing() {
        server.on("/a", exchange -> server.awaitRelease());

        assertUnavailable(
                "no complete answer within 300 ms",
                server.fetcher(Duration.ofMillis(300)),
                server.reference("/a", CONTENT));
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304, 400, 401, 403, 404, 410})
    void shouldCallAPayloadMissingThatTheHostDoesNotGive(int status) {
        server.onStatus("/a", status);

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "the host answered " + status,
                () -> fetcher.get(server.reference("/a", CONTENT)));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void shouldCallAPayloadUnavailableWhenTheHostHasTroubles(int status) {
        server.onStatus("/a", status);

        assertUnavailable("the host answered " + status, fetcher, server.reference("/a", CONTENT));
    }

    @Test
    void shouldCallAPayloadUnavailableWhenNobodyListens() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        assertUnavailable(
                "ConnectException",
                server.fetcher(HOST + ":" + free),
                reference(CONTENT, "http://" + HOST + ":" + free + "/a"));
    }

    @Test
    void shouldCallAPayloadUnavailableWhenTheNameDoesNotResolve() {
        UrlFetcher without = fetcher(host -> {
            throw new UnknownHostException(host);
        });

        assertUnavailable("UnknownHostException", without, server.reference("/a", CONTENT));
    }

    @Test
    void shouldFollowThreeRedirects() throws Exception {
        server.onRedirect("/a/1", server.url("/a/2"));
        server.onRedirect("/a/2", "3");
        server.onRedirect("/a/3", "//" + HOST + ":" + server.port() + "/a/4?x");
        server.onContent("/a/4", CONTENT);

        assertThat(fetcher.get(server.reference("/a/1", CONTENT))).isEqualTo(CONTENT);
    }

    @Test
    void shouldNotFollowALoop() {
        server.onRedirect("/a", "/a");

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "redirects more than 3 times",
                () -> fetcher.get(server.reference("/a", CONTENT)));
        assertThat(server.hits()).isEqualTo(4);
    }

    @Test
    void shouldNotFollowARedirectToAPrivateAddress() {
        server.onRedirect("/a", "http://10.0.0.1:8080/latest/meta-data");
        server.onRedirect("/b", "http://[::ffff:169.254.169.254]/latest/meta-data");
        UrlFetcher trusting = server.fetcher("10.0.0.1:8080", "[::ffff:169.254.169.254]");

        for (String path : List.of("/a", "/b")) {
            assertRejected(
                    DeadLetterReason.PAYLOAD_MISSING,
                    "its host has an address that is not public",
                    () -> trusting.get(server.reference(path, CONTENT)));
        }
    }

    @Test
    void shouldCheckARedirectLikeTheFirstUrl() {
        server.onRedirect("/host", "http://elsewhere.example.org/a");
        server.onRedirect("/port", "http://" + HOST + ":1/a");
        server.onRedirect("/scheme", "https://" + HOST + "/a");
        server.onRedirect("/file", "file:///etc/passwd");
        server.onRedirect("/user", "http://me@" + HOST + ":" + server.port() + "/a");
        server.onRedirect("/malformed", "http://[");
        server.onStatus("/nowhere", 301);

        for (String path : List.of("/host", "/port", "/scheme", "/file", "/user", "/malformed", "/nowhere")) {
            assertRejected(
                    DeadLetterReason.PAYLOAD_MISSING,
                    "is not fetched",
                    () -> fetcher.get(server.reference(path, CONTENT)));
        }
        assertThat(server.hits()).isEqualTo(7);
    }

    @Test
    void shouldRefuseAHostOutsideTheList() {
        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "not among the allowed ones, [" + HOST + ":" + server.port() + "]",
                () -> fetcher.get(reference(CONTENT, "http://127.0.0.1:" + server.port() + "/a")));
    }

    @Test
    void shouldRefuseASchemeOutsideTheList() {
        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "its scheme is not among the allowed ones, [http]",
                () -> fetcher.get(reference(CONTENT, "https://" + HOST + ":" + server.port() + "/a")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/a",
                "a",
                "file:///etc/passwd",
                "jar:http://images.example.org/a!/b",
                "mailto:a@images.example.org",
                "http:images.example.org/a",
                "http:///a",
                "http://user:password@images.example.org/a",
                "http://images.example.org\\@10.0.0.1/a",
                "http://under_score.example.org/a",
                "http://images.example.org/a b",
                "http://images.example.org/a\r\nX-Injected: b",
                "http://images.example.org:-1/a",
                "http://images.example.org:99999/a"
            })
    void shouldRefuseWhatIsNoPlainUrl(String url) {
        assertRejected(DeadLetterReason.PAYLOAD_MISSING, "is not fetched", () -> fetcher.get(reference(CONTENT, url)));
    }

    @Test
    void shouldRefuseAHostOfWhichOneAddressIsNotPublic() {
        UrlFetcher both = fetcher(
                host -> new InetAddress[] {InetAddress.getLoopbackAddress(), InetAddress.getByName("192.168.0.1")});
        server.onContent("/a", CONTENT);

        assertRejected(DeadLetterReason.PAYLOAD_MISSING, "not public", () -> both.get(server.reference("/a", CONTENT)));
        assertThat(server.hits()).isZero();
    }

    @Test
    void shouldRefuseLoopbackOutsideOfTests() {
        UrlFetcher real = new UrlFetcher(new UrlFetchSettings(
                Set.of("http"),
                Set.of("127.0.0.1:" + server.port()),
                MAX_BYTES,
                Duration.ofSeconds(20),
                Duration.ofSeconds(30)));

        assertRejected(
                DeadLetterReason.PAYLOAD_MISSING,
                "not public",
                () -> real.get(reference(CONTENT, "http://127.0.0.1:" + server.port() + "/a")));
    }

    @Test
    void shouldConnectToTheAddressThatWasCheckedAndNotResolveAgain() throws Exception {
        List<String> resolved = new ArrayList<>();
        UrlFetcher rebound = fetcher(host -> {
            resolved.add(host);
            return new InetAddress[] {
                resolved.size() == 1 ? InetAddress.getLoopbackAddress() : InetAddress.getByName("10.0.0.1")
            };
        });
        server.onContent("/a", CONTENT);

        assertThat(rebound.get(server.reference("/a", CONTENT))).isEqualTo(CONTENT);
        assertThat(resolved).containsExactly(HOST);
    }

    @Test
    void shouldTryTheNextAddressOfAHost() throws Exception {
        UrlFetcher several = fetcher(
                host -> new InetAddress[] {InetAddress.getByName("127.0.0.2"), InetAddress.getLoopbackAddress()});
        server.onContent("/a", CONTENT);

        assertThat(several.get(server.reference("/a", CONTENT))).isEqualTo(CONTENT);
    }

    @Test
    void shouldNotRepeatSecretsOfAUrl() {
        server.onStatus("/a", 404);

        assertThatThrownBy(() -> fetcher.get(server.reference("/a?signature=secret", CONTENT)))
                .hasMessageContaining("/a'")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> fetcher.get(reference(CONTENT, "http://me:secret@" + HOST + "/a")))
                .hasMessageContaining("user info")
                .hasMessageNotContaining("secret");
    }

    private UrlFetcher fetcher(UrlFetcher.Resolver resolver) {
        return new UrlFetcher(
                new UrlFetchSettings(
                        Set.of("http"),
                        Set.of(HOST + ":" + server.port()),
                        MAX_BYTES,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(30)),
                new AddressPolicy(true),
                resolver,
                (SSLSocketFactory) SSLSocketFactory.getDefault());
    }

    private static void assertUnavailable(String said, UrlFetcher fetcher, PayloadReference reference) {
        assertThatThrownBy(() -> fetcher.get(reference))
                .isInstanceOf(PayloadUnavailableException.class)
                .hasMessageContaining(said);
    }

    private static byte[] large(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }
}
