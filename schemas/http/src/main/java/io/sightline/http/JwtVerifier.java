package io.sightline.http;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jose.util.Resource;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.github.bucket4j.Bucket;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URL;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies signed tokens of one issuer: RS256, PS256 and ES256 only, so neither unsigned ones nor such as are signed with
 * the public key as a password. The issuer's keys are fetched when they are first needed, kept for five minutes, and for
 * twelve hours while the issuer does not answer. Thread-safe.
 */
final class JwtVerifier {

    private static final Logger LOG = LoggerFactory.getLogger(JwtVerifier.class);
    private static final Set<JWSAlgorithm> ALGORITHMS =
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.PS256, JWSAlgorithm.ES256);
    private static final int FETCH_MILLIS = 3_000;
    private static final int MOST_KEY_BYTES = 256 * 1024;
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final Duration KEPT_DURING_OUTAGES = Duration.ofHours(12);
    private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(10);
    private static final int LONGEST_NAME = 128;

    private final JwtSettings settings;
    private final Keys keys = new Keys();
    /** Strangers may not fill the log while the issuer is away. */
    private final Bucket outages = Bucket.builder()
            .addLimit(limit -> limit.capacity(1).refillGreedy(1, BETWEEN_FETCHES))
            .build();

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    JwtVerifier(JwtSettings settings) {
        this.settings = settings;
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, source(settings, keys)));
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(
                settings.audience(),
                new JWTClaimsSet.Builder().issuer(settings.issuer().toString()).build(),
                Set.of("sub", "exp"));
        claims.setMaxClockSkew((int) settings.clockSkew().toSeconds());
        processor.setJWTClaimsSetVerifier(claims);
    }

    /**
     * Who a token speaks for.
     *
     * @param caller subject and scopes
     * @param expires when the token ends
     */
    record Verified(Caller caller, Instant expires) {}

    /**
     * Verifies a token.
     *
     * @throws ApiException 401 {@code unauthenticated} without a word of the token, or 503 {@code keys-unavailable} if the
     *     issuer's keys were never had
     */
    Verified verify(String token) {
        try {
            JWTClaimsSet claims = processor.process(SignedJWT.parse(token), null);
            return new Verified(
                    new Caller(name(claims), scopes(claims)),
                    claims.getExpirationTime().toInstant());
        } catch (RateLimitReachedException e) {
            throw keys.hadOnce ? refused("it names a key that the issuer does not have") : unavailable(e);
        } catch (KeySourceException e) {
            throw unavailable(e);
        } catch (BadJOSEException | JOSEException | ParseException | IllegalArgumentException e) {
            LOG.debug("a token was refused", e);
            throw refused("it is not signed by the issuer, is meant for others, or has expired");
        }
    }

    private static ApiException refused(String why) {
        return new ApiException(
                401, "unauthenticated", "the token is refused: " + why + "; get a new one and try again");
    }

    private ApiException unavailable(KeySourceException cause) {
        if (outages.tryConsume(1)) {
            LOG.error(
                    "the keys at {} cannot be had, tokens cannot be verified, will try again", settings.jwks(), cause);
        }
        return new ApiException(
                503,
                "keys-unavailable",
                "the token cannot be verified: its issuer's keys cannot be had now; try again");
    }

    private static String name(JWTClaimsSet claims) {
        String subject = Printable.of(String.valueOf(claims.getSubject()));
        return "jwt:" + (subject.length() > LONGEST_NAME ? subject.substring(0, LONGEST_NAME) : subject);
    }

    private Set<Scope> scopes(JWTClaimsSet claims) {
        Object claim = claims.getClaim(settings.scopeClaim());
        if (claim == null && settings.scopeClaim().equals(JwtSettings.SCOPE_CLAIM)) {
            claim = claims.getClaim("scp");
        }
        Set<Scope> granted = EnumSet.noneOf(Scope.class);
        for (String word : words(claim)) {
            if (word.startsWith(settings.scopePrefix())) {
                Scope.ofWord(word.substring(settings.scopePrefix().length())).ifPresent(granted::add);
            }
        }
        return granted;
    }

    private static List<String> words(@Nullable Object claim) {
        if (claim instanceof String text) {
            return Arrays.asList(text.split(" ", -1));
        }
        return claim instanceof Collection<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    private static JWKSource<SecurityContext> source(JwtSettings settings, Keys keys) {
        URL url;
        try {
            url = settings.jwks().toURL();
        } catch (MalformedURLException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "sightline.auth.jwt.jwks is '" + settings.jwks() + "', which is no URL", e);
        }
        return JWKSourceBuilder.<SecurityContext>create(url, keys)
                // Without its threads: whoever comes first after five minutes waits for the fetch.
                .refreshAheadCache(false)
                .cache(KEPT.toMillis(), 2L * FETCH_MILLIS)
                .rateLimited(BETWEEN_FETCHES.toMillis())
                .outageTolerant(KEPT_DURING_OUTAGES.toMillis())
                .build();
    }

    /** Fetches from the configured address only: a redirect could lead anywhere. */
    private static final class Keys extends DefaultResourceRetriever {

        private volatile boolean hadOnce;

        Keys() {
            super(FETCH_MILLIS, FETCH_MILLIS, MOST_KEY_BYTES);
        }

        @Override
        public Resource retrieveResource(URL url) throws IOException {
            Resource resource = super.retrieveResource(url);
            hadOnce = true;
            return resource;
        }

        @Override
        protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
            HttpURLConnection connection = super.openHTTPConnection(url);
            connection.setInstanceFollowRedirects(false);
            return connection;
        }
    }
}
