package io.sightline.deploy.attacks;

import static io.sightline.deploy.attacks.Request.Target.INGEST;
import static io.sightline.deploy.attacks.Request.Target.OPEN;
import static io.sightline.deploy.attacks.Request.Target.SEARCH;
import static io.sightline.deploy.attacks.Request.Target.STRICT;
import static io.sightline.deploy.attacks.Request.on;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import io.sightline.embedder.testing.TestImages;
import io.sightline.schemas.avro.DeadLetterReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * All attacks, each with what it has to get: requests over HTTP, and events whose payloads a service would fetch.
 *
 * <p>All are refused but scripts that are stored. Ids, labels and tags may hold any printable characters, {@code <}
 * among them: they are names that people gave, and a filter of what looks like a script would refuse honest ones and
 * let others through. So scripts are kept as they came and answered as data only: as JSON, which no browser takes for a
 * page or runs.
 */
final class AttackTable {

    private static final String NO_KEY = "sl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private static final byte[] IMAGE = TestImages.png(10, 10, 1);
    private static final int OVERSIZE = 9 * 1024 * 1024;
    /** A query may be longer than an image, for it may hold one as base64. */
    private static final int OVERSIZE_QUERY = 13 * 1024 * 1024;

    private static final String NO_URL = "it is no http or https URL";
    private static final String SCHEME = "its scheme is not among the allowed ones";
    private static final String HOST = "its host and port are not among the allowed ones";
    private static final String PASSWORD = "it carries user info";
    private static final String NOT_PUBLIC = "its host has an address that is not public";

    private static final String SCRIPT = "<script>alert(1)</script>";
    private static final String ENCODED_SCRIPT = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    /** Without the slash, which would divide a path. */
    private static final String SCRIPT_IN_PATH = ENCODED_SCRIPT.replace("%2F", "x");

    private final AttackedServers servers;
    private final String session;
    private final String ingest;
    private final String search;
    private final String admin;

    /**
     * For servers that run.
     *
     * @param session cookie of somebody who may everything at the search API
     */
    AttackTable(AttackedServers servers, String session) {
        this.servers = servers;
        this.session = session;
        this.ingest = bearer(servers.ingestKey);
        this.search = bearer(servers.searchKey);
        this.admin = bearer(servers.adminKey);
    }

    List<Attack> rows() throws JOSEException {
        List<Attack> rows = new ArrayList<>();
        rows.addAll(keys());
        rows.addAll(tokens());
        rows.addAll(browsers());
        rows.addAll(addresses());
        rows.addAll(bodies());
        rows.addAll(scripts());
        rows.addAll(payloads());
        rows.addAll(floods());
        return rows;
    }

    private List<Attack> keys() {
        return List.of(
                on(INGEST, "image without a key", "POST /v1/images").with(IMAGE).gets(401, "unauthenticated"),
                on(INGEST, "deletion without a key", "DELETE /v1/images/a").gets(401, "unauthenticated"),
                on(SEARCH, "models without a key", "GET /v1/models").gets(401, "unauthenticated"),
                on(SEARCH, "meters without a key", "GET /metrics").gets(401, "unauthenticated"),
                on(SEARCH, "head without a key", "HEAD /v1/models").gets(401, ""),
                on(
                                SEARCH,
                                "promotion by a method in a header",
                                "HEAD /v1/models/v1:promote",
                                "X-HTTP-Method-Override: POST",
                                search)
                        .gets(400, ""),
                on(SEARCH, "unknown key", "GET /v1/models", bearer(NO_KEY)).gets(401, "unauthenticated"),
                on(SEARCH, "unknown key in X-Api-Key", "GET /v1/models", "X-Api-Key: " + NO_KEY)
                        .gets(401, "unauthenticated"),
                on(SEARCH, "expired key", "GET /v1/models", bearer(servers.expiredKey))
                        .gets(401, "unauthenticated"),
                on(SEARCH, "revoked key", "GET /v1/models", bearer(servers.revokedKey))
                        .gets(401, "unauthenticated"),
                on(SEARCH, "key as password", "GET /v1/models", "Authorization: Basic YTpi")
                        .gets(401, "unauthenticated"),
                on(SEARCH, "empty bearer", "GET /v1/models", "Authorization: Bearer ")
                        .gets(401, "unauthenticated"),
                on(SEARCH, "cookie that was made up", "GET /v1/models", "Cookie: sightline_session=AAAA")
                        .gets(401, "unauthenticated"),
                on(SEARCH, "hash instead of key", "GET /v1/models", bearer("sl_" + "0".repeat(64)))
                        .gets(401, "unauthenticated"),
                on(SEARCH, "promote with the scope search", "POST /v1/models/v1:promote", search)
                        .gets(403, "forbidden"),
                on(SEARCH, "search with the scope ingest", "POST /v1/search", ingest)
                        .with("{}")
                        .gets(403, "forbidden"),
                on(SEARCH, "status with the scope search", "GET /v1/status", search)
                        .gets(403, "forbidden"),
                on(INGEST, "image with the scope search", "POST /v1/images", search)
                        .with(IMAGE)
                        .gets(403, "forbidden"),
                on(INGEST, "deletion with the scope search", "DELETE /v1/images/a", search)
                        .gets(403, "forbidden"),
                on(
                                SEARCH,
                                "charset behind what is space to some",
                                "GET /v1/models?a=b",
                                "Content-Type: a;\u00a0charset")
                        .gets(415, "unsupported-charset"),
                on(SEARCH, "method in a header", "GET /v1/models", search, "X-Http-Method-Override: POST")
                        .gets(400, "bad-request"),
                on(SEARCH, "method that does not exist", "INVENT /v1/models").gets(405, "method-not-allowed"),
                on(SEARCH, "echo of what was sent", "TRACE /v1/models").gets(405, "method-not-allowed"),
                on(SEARCH, "key in the address", "GET /v1/models?api_key=" + servers.searchKey)
                        .gets(400, "key-in-address"),
                on(SEARCH, "key in any parameter", "GET /v1/models?x=" + servers.searchKey, search)
                        .gets(400, "key-in-address"),
                on(SEARCH, "token in the address", "GET /v1/models?access_token=a.b.c")
                        .gets(400, "key-in-address"));
    }

    private List<Attack> tokens() throws JOSEException {
        JWTClaimsSet good = Tokens.claims("sightline:admin").build();
        JWTClaimsSet expired = Tokens.claims("sightline:admin")
                .expirationTime(Date.from(Instant.now().minusSeconds(120)))
                .build();
        JWTClaimsSet early = Tokens.claims("sightline:admin")
                .notBeforeTime(Date.from(Instant.now().plusSeconds(300)))
                .build();
        JWTClaimsSet forOthers =
                Tokens.claims("sightline:admin").audience("another").build();
        JWTClaimsSet ofOthers = Tokens.claims("sightline:admin")
                .issuer("https://login.example.org.evil.example")
                .build();
        JWTClaimsSet endless =
                Tokens.claims("sightline:admin").expirationTime(null).build();
        JWTClaimsSet little = Tokens.claims("openid sightline:search").build();
        Tokens tokens = servers.tokens;
        return List.of(
                refused("expired token", tokens.signed(expired)),
                refused("token that is not valid yet", tokens.signed(early)),
                refused("token that never ends", tokens.signed(endless)),
                refused("unsigned token, alg=none", Tokens.unsigned(good)),
                refused("HS256 with the public key", tokens.signedWithThePublicKey(good)),
                refused("algorithm that is not taken, RS512", tokens.signed(JWSAlgorithm.RS512, good)),
                refused("token signed by another key of the same id", tokens.signedByAStranger(good)),
                refused("token with altered claims", tokens.altered(little, good)),
                refused("token for another audience", tokens.signed(forOthers)),
                refused("token of another issuer", tokens.signed(ofOthers)),
                refused("no token at all", "a.b.c"),
                on(SEARCH, "token without the scope", "POST /v1/models/v1:promote", bearer(tokens.signed(little)))
                        .gets(403, "forbidden"));
    }

    private static Attack refused(String name, String token) {
        return on(SEARCH, name, "GET /v1/models", bearer(token)).gets(401, "unauthenticated");
    }

    private List<Attack> browsers() {
        String cookie = "Cookie: sightline_session=" + session;
        String promote = "POST /v1/models/v1:promote";
        return List.of(
                on(SEARCH, "cookie without the console's header", promote, cookie)
                        .gets(403, "forbidden"),
                on(
                                SEARCH,
                                "cookie from another origin",
                                promote,
                                cookie,
                                "X-Sightline-Console: 1",
                                "Origin: http://evil.example")
                        .gets(403, "cross-origin"),
                on(
                                SEARCH,
                                "cookie from another site",
                                promote,
                                cookie,
                                "X-Sightline-Console: 1",
                                "Sec-Fetch-Site: cross-site")
                        .gets(403, "cross-origin"),
                on(SEARCH, "cookie from a sandbox", promote, cookie, "X-Sightline-Console: 1", "Origin: null")
                        .gets(403, "cross-origin"),
                on(SEARCH, "signing in somebody from another site", "POST /v1/session", "Origin: http://evil.example")
                        .with("{\"key\": \"" + servers.searchKey + "\"}")
                        .gets(403, "cross-origin"),
                on(OPEN, "another name that points here", "GET /v1/status", "Host: evil.example:80")
                        .gets(403, "wrong-host"),
                on(OPEN, "name that begins like loopback", "GET /v1/status", "Host: 127.0.0.1.evil.example")
                        .gets(403, "wrong-host"),
                on(OPEN, "name that begins like localhost", "GET /v1/status", "Host: localhost.evil.example:19090")
                        .gets(403, "wrong-host"),
                on(OPEN, "form of another site", "POST /v1/bytes", "Origin: http://evil.example")
                        .with("a")
                        .gets(403, "cross-origin"),
                on(OPEN, "another port of this machine", "POST /v1/bytes", "Origin: http://127.0.0.1:1")
                        .with("a")
                        .gets(403, "cross-origin"),
                on(SEARCH, "permission for another origin", "OPTIONS /v1/models", "Origin: http://evil.example")
                        .gets(405, "method-not-allowed"));
    }

    private List<Attack> addresses() {
        return List.of(
                on(SEARCH, "../ in an id", "GET /v1/images/../../../etc/passwd", search)
                        .gets(400, "bad-request"),
                on(SEARCH, "encoded ../ in an id", "GET /v1/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd/content", search)
                        .gets(400, "bad-request"),
                // Decoded once it is an id like any other, and nobody's; decoded twice it would be a path.
                on(INGEST, "twice encoded ../ in the id of a deletion", "DELETE /v1/images/%252e%252e%252fetc", ingest)
                        .gets(404, "unknown-image")
                        .saying("'%2e%2e%2fetc'"),
                on(SEARCH, "encoded ..\\ in an id", "GET /v1/images/a%5C..%5Cb", search)
                        .gets(400, "bad-request"),
                on(INGEST, "../ in a new id", "POST /v1/images?id=../../a", ingest)
                        .with(IMAGE)
                        .gets(400, "bad-id"),
                on(INGEST, "../ in the id of a deletion", "DELETE /v1/images/a%2f..%2fb", ingest)
                        .gets(400, "bad-request"),
                on(SEARCH, "NUL in an id", "GET /v1/images/a%00.png", search).gets(400, "bad-request"),
                on(SEARCH, "backslashes in an id", "GET /v1/images/..\\..\\a", search)
                        .gets(400, "bad-request"),
                on(INGEST, "NUL in a new id", "POST /v1/images?id=a%00b", ingest)
                        .with(IMAGE)
                        .gets(400, "bad-id"),
                on(INGEST, "line end in a new id", "POST /v1/images?id=a%0d%0aSet-Cookie:%20a=b", ingest)
                        .with(IMAGE)
                        .gets(400, "bad-id"),
                on(INGEST, "line end in a label", "POST /v1/images?label=a%0d%0ab", ingest)
                        .with(IMAGE)
                        .gets(400, "bad-label"),
                on(SEARCH, "line end in a header", "GET /v1/models", search, "X-A: b\rSet-Cookie: c=d")
                        .gets(400, "bad-request"),
                on(SEARCH, "charset without a name", "GET /v1/models?a=b", "Content-Type: a; charset")
                        .gets(415, "unsupported-charset"),
                on(SEARCH, "charset that nobody knows", "GET /v1/models?a=b", "Content-Type: a/b; charset=nobody")
                        .gets(415, "unsupported-charset"),
                on(SEARCH, "two lengths", "POST /v1/search", search, "Content-Length: 2", "Content-Length: 3")
                        .with("{}")
                        .gets(400, "bad-request"),
                on(
                                SEARCH,
                                "length and chunks",
                                "POST /v1/search",
                                search,
                                "Content-Length: 2",
                                "Transfer-Encoding: chunked")
                        .with("0\r\n\r\n")
                        .gets(400, "bad-request"),
                on(SEARCH, "address without end", "GET /v1/models?a=" + "a".repeat(20_000), search)
                        .gets(414, "address-too-long"),
                on(SEARCH, "headers without end", "GET /v1/models", search, "X-A: " + "a".repeat(20_000))
                        .gets(431, "headers-too-long"));
    }

    private List<Attack> bodies() {
        return List.of(
                on(INGEST, "oversized body that says so", "POST /v1/images", ingest)
                        .with(new byte[OVERSIZE])
                        .gets(413, "oversize"),
                on(INGEST, "oversized body in chunks", "POST /v1/images", ingest, "Transfer-Encoding: chunked")
                        .with(chunk(OVERSIZE))
                        .gets(413, "oversize"),
                on(SEARCH, "oversized query that says so", "POST /v1/search", search)
                        .with(new byte[OVERSIZE_QUERY])
                        .gets(413, "oversize"),
                on(SEARCH, "oversized query in chunks", "POST /v1/search", search, "Transfer-Encoding: chunked")
                        .with(chunk(OVERSIZE_QUERY))
                        .gets(413, "oversize"),
                on(STRICT, "body that trickles", "POST /v1/bytes", ingest)
                        .with(new byte[1000])
                        .slowly(50)
                        .gets(408, "request-timeout"),
                on(STRICT, "body that stops", "POST /v1/bytes", ingest, "Content-Length: 1000")
                        .with("a")
                        .gets(408, "request-timeout"),
                on(STRICT, "headers that trickle", "GET /v1/status", search)
                        .slowly(100)
                        .gets(0, ""),
                on(INGEST, "PNG of 30,000 x 30,000 pixels", "POST /v1/images", ingest)
                        .with(Bombs.png(30_000, 30_000))
                        .gets(422, "too-many-pixels"),
                on(INGEST, "PNG of 16,000 x 16,000 pixels", "POST /v1/images", ingest)
                        .with(Bombs.png(16_000, 16_000))
                        .gets(422, "too-many-pixels"),
                on(INGEST, "PNG with fifty texts of a megabyte", "POST /v1/images", ingest)
                        .with(Bombs.pngWithTexts(50))
                        .gets(415, "unsupported"),
                on(INGEST, "compressed body", "POST /v1/images", ingest, "Content-Encoding: gzip")
                        .with(Bombs.gzip(1 << 20))
                        .gets(415, "unsupported-encoding"),
                // The pixels of a query are counted by the network that embeds it: here no version is active.
                on(SEARCH, "compressed query", "POST /v1/search", search, "Content-Encoding: gzip")
                        .with(Bombs.gzip(OVERSIZE_QUERY))
                        .gets(415, "unsupported-encoding"),
                on(INGEST, "page instead of an image", "POST /v1/images", ingest)
                        .with("<html><script>alert(1)</script></html>")
                        .gets(415, "unsupported"),
                on(INGEST, "JSON of many levels", "PUT /v1/images/a/label", ingest)
                        .with("[".repeat(20_000))
                        .gets(400, "broken-json"),
                on(INGEST, "JSON that names a class", "PUT /v1/images/a/label", ingest)
                        .with("{\"label\": \"a\", \"@class\": \"java.lang.Runtime\"}")
                        .gets(400, "broken-json"));
    }

    private static String chunk(int bytes) {
        return Integer.toHexString(bytes) + "\r\n" + "a".repeat(bytes) + "\r\n0\r\n\r\n";
    }

    /** Those that are stored, and such as come back in the words of an error. */
    private List<Attack> scripts() {
        return List.of(
                on(INGEST, "script in an id", "POST /v1/images?id=" + ENCODED_SCRIPT, ingest)
                        .with(TestImages.png(10, 10, 2))
                        .isStoredSaying("\"id\":\"" + SCRIPT + "\""),
                on(INGEST, "script in a label", "POST /v1/images?id=script&label=" + ENCODED_SCRIPT, ingest)
                        .with(TestImages.png(10, 10, 3))
                        .isStoredSaying("\"sent\":true"),
                on(INGEST, "script in a tag", "POST /v1/images?tag." + ENCODED_SCRIPT + "=" + ENCODED_SCRIPT, ingest)
                        .with(TestImages.png(10, 10, 4))
                        .isStoredSaying("\"sent\":true"),
                // Of an image from above: rows are sent in their order.
                on(INGEST, "script in a changed label", "PUT /v1/images/script/label", ingest)
                        .with("{\"label\": \"changed " + SCRIPT + "\"}")
                        .isStoredSaying("\"label\":\"changed " + SCRIPT + "\""),
                on(SEARCH, "script as a version", "GET /v1/models/" + SCRIPT_IN_PATH, search)
                        .gets(404, "unknown-version")
                        .saying(SCRIPT.replace('/', 'x')),
                on(SEARCH, "script as a number", "POST /v1/search?k=" + ENCODED_SCRIPT, search)
                        .with(new byte[] {1})
                        .gets(400, "out-of-range")
                        .saying(SCRIPT),
                on(SEARCH, "script as a route", "GET /" + SCRIPT_IN_PATH, search)
                        .gets(404, "no-such-route"),
                on(SEARCH, "script as a route without encoding", "GET /" + SCRIPT, search)
                        .gets(400, "bad-request"));
    }

    /** The addresses of this machine and its network are nobody's, whatever hosts are allowed. */
    private static List<Attack> payloads() {
        return List.of(
                notFetched("payload by another scheme", "file:///etc/passwd", NO_URL),
                notFetched(
                        "payload from the metadata of a cloud",
                        "https://169.254.169.254/latest/meta-data/",
                        NOT_PUBLIC),
                notFetched("payload from loopback", "https://127.0.0.1/v1/models", NOT_PUBLIC),
                notFetched("payload from loopback as IPv6", "https://[::1]/v1/models", NOT_PUBLIC),
                notFetched(
                        "payload from loopback as a mapped address",
                        "https://[::ffff:127.0.0.1]/v1/models",
                        NOT_PUBLIC),
                notFetched("payload from loopback by name", "https://localhost/v1/models", NOT_PUBLIC),
                notFetched("payload from a private network", "https://10.0.0.1/", NOT_PUBLIC),
                notFetched("payload from any address", "https://0.0.0.0/", NOT_PUBLIC),
                notFetched("payload from a host that is not allowed", "https://images.example.org/a.png", HOST),
                notFetched("payload with a password in the address", "https://a:b@127.0.0.1/", PASSWORD),
                notFetched("payload without encryption", "http://127.0.0.1/", SCHEME),
                notFetched("payload outside of the store", "../../etc/passwd", NO_URL));
    }

    private static Attack notFetched(String name, String uri, String why) {
        return new Attack.NotFetched(name, uri, DeadLetterReason.PAYLOAD_MISSING, why);
    }

    private List<Attack> floods() {
        return List.of(
                on(INGEST, "keys tried at the console's door", "POST /v1/session")
                        .with("{\"key\": \"" + NO_KEY + "\"}")
                        .repeated(11)
                        .gets(429, "too-many-requests"),
                on(STRICT, "more requests than one client may send", "GET /v1/status", admin)
                        .repeated(AttackedServers.STRICT_BURST + 5)
                        .gets(429, "too-many-requests"),
                on(STRICT, "keys tried without end", "GET /v1/status", bearer(NO_KEY))
                        .repeated(AttackedServers.STRICT_BURST + 5)
                        .gets(429, "too-many-requests"));
    }

    private static String bearer(String credential) {
        return "Authorization: Bearer " + credential;
    }
}
