package io.sightline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(60)
class JwtVerifierTest {

    private static final URI ISSUER = URI.create("https://login.example.org/");

    private final RSAKey rsa;
    private final ECKey ec;
    private final HttpServer provider;
    private final JwtVerifier verifier;
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile boolean down;
    private volatile boolean redirects;

    JwtVerifierTest() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] keys = new JWKSet(List.of(rsa.toPublicJWK(), ec.toPublicJWK()))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        provider.createContext("/jwks", exchange -> {
            fetches.incrementAndGet();
            if (redirects) {
                exchange.getResponseHeaders().add("Location", "/moved");
                exchange.sendResponseHeaders(302, -1);
            } else if (down) {
                exchange.sendResponseHeaders(500, -1);
            } else {
                exchange.sendResponseHeaders(200, keys.length);
                exchange.getResponseBody().write(keys);
            }
            exchange.close();
        });
        provider.createContext("/moved", exchange -> {
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        provider.start();
        verifier = new JwtVerifier(new JwtSettings(
                ISSUER,
                "sightline",
                URI.create("http://127.0.0.1:" + provider.getAddress().getPort() + "/jwks")));
    }

    @AfterEach
    void stop() {
        provider.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "PS256", "ES256"})
    void shouldTakeWhatTheIssuerSigned(String algorithm) throws Exception {
        JwtVerifier.Verified verified = verifier.verify(token(JWSAlgorithm.parse(algorithm), claims().build()));

        assertThat(verified.caller().name()).isEqualTo("jwt:ada");
        assertThat(verified.caller().scopes()).containsExactly(Scope.SEARCH);
        assertThat(verified.expires()).isAfter(Instant.now());
    }

    @Test
    void shouldReadScopesFromAListAndNoneThatAreOfOthers() throws Exception {
        JWTClaimsSet claims = claims().claim("scope", null)
                .claim("scp", List.of("sightline:ingest", "sightline:open", "search", "other:admin"))
                .build();

        assertThat(verifier.verify(token(JWSAlgorithm.RS256, claims)).caller().scopes())
                .containsExactly(Scope.INGEST);
    }

    @Test
    void shouldFetchTheKeysOnceAndDoWithThemWhileTheIssuerIsDown() throws Exception {
        verifier.verify(token(JWSAlgorithm.RS256, claims().build()));
        down = true;

        verifier.verify(token(JWSAlgorithm.ES256, claims().build()));

        assertThat(fetches).hasValue(1);
        RSAKey stranger = new RSAKeyGenerator(2048).keyID("unknown").generate();
        for (int i = 0; i < 5; i++) {
            refused(401, "unauthenticated", signed(stranger, new RSASSASigner(stranger), JWSAlgorithm.RS256));
        }
        assertThat(fetches.get()).as("fetches that strangers cause are bounded").isLessThanOrEqualTo(4);
    }

    @Test
    void shouldSayThatItCannotVerifyWhenItNeverHadTheKeys() throws Exception {
        down = true;
        String token = token(JWSAlgorithm.RS256, claims().build());

        for (int i = 0; i < 4; i++) {
            refused(503, "keys-unavailable", token);
        }
    }

    @Test
    void shouldSayInTheLogOnlyOnceThatTheIssuerIsAway() throws Exception {
        down = true;
        ListAppender<ILoggingEvent> events = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(JwtVerifier.class);
        logger.addAppender(events);
        events.start();
        try {
            String token = token(JWSAlgorithm.RS256, claims().build());
            for (int i = 0; i < 20; i++) {
                assertThatExceptionOfType(ApiException.class).isThrownBy(() -> verifier.verify(token));
            }
        } finally {
            logger.detachAppender(events);
        }

        assertThat(events.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .hasSize(1);
    }

    @Test
    void shouldNotFollowTheIssuerElsewhere() throws Exception {
        redirects = true;

        refused(503, "keys-unavailable", token(JWSAlgorithm.RS256, claims().build()));
    }

    private void refused(int status, String type, String token) {
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> verifier.verify(token))
                .satisfies(failure -> {
                    assertThat(failure.status()).isEqualTo(status);
                    assertThat(failure.type()).isEqualTo(type);
                    assertThat(failure.getMessage()).doesNotContain(token);
                });
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("ada")
                .issuer(ISSUER.toString())
                .audience(List.of("another", "sightline"))
                .claim("scope", "openid sightline:search")
                .expirationTime(Date.from(Instant.now().plusSeconds(60)));
    }

    private String token(JWSAlgorithm algorithm, JWTClaimsSet claims) throws Exception {
        boolean isEc = algorithm.equals(JWSAlgorithm.ES256);
        JWSSigner signer = isEc ? new ECDSASigner(ec) : new RSASSASigner(rsa);
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(isEc ? "ec" : "rsa").build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    private static String signed(RSAKey key, JWSSigner signer, JWSAlgorithm algorithm) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(), claims().build());
        token.sign(signer);
        return token.serialize();
    }
}
