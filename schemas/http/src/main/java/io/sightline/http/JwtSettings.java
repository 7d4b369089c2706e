package io.sightline.http;

import java.net.URI;
import java.time.Duration;

/**
 * Which tokens of an OpenID Connect provider are taken. Immutable.
 *
 * @param issuer what {@code iss} has to be
 * @param audience what {@code aud} has to hold
 * @param jwks where the provider's public keys are: https, http on loopback, or a file
 * @param scopeClaim claim that holds the scopes, a string with spaces or a list
 * @param scopePrefix what stands before {@code ingest}, {@code search}, {@code monitor} or {@code admin} in that
 *     claim
 * @param clockSkew how far the clocks of the provider and of this machine may be apart
 */
public record JwtSettings(
        URI issuer, String audience, URI jwks, String scopeClaim, String scopePrefix, Duration clockSkew) {

    /** The claim of RFC 8693; {@code scp} is read as well where this one is missing. */
    public static final String SCOPE_CLAIM = "scope";

    /** What stands before a scope, for instance {@code sightline:search}. */
    public static final String SCOPE_PREFIX = "sightline:";

    /** Enough for machines that keep time over the network. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    private static final Duration MOST_CLOCK_SKEW = Duration.ofMinutes(5);

    /** Checks the settings. */
    public JwtSettings {
        if (issuer.getScheme() == null) {
            throw new IllegalArgumentException(
                    "sightline.auth.jwt.issuer is '" + issuer + "'; set the address that the provider writes into iss");
        }
        if (audience.isBlank()) {
            throw new IllegalArgumentException(
                    "sightline.auth.jwt.audience is empty; set the audience that tokens for Sightline have in aud");
        }
        if (scopeClaim.isBlank()) {
            throw new IllegalArgumentException(
                    "sightline.auth.jwt.scope-claim is empty; set the claim that holds the scopes");
        }
        if (clockSkew.isNegative() || clockSkew.compareTo(MOST_CLOCK_SKEW) > 0) {
            throw new IllegalArgumentException(
                    "sightline.auth.jwt.clock-skew is " + clockSkew + "; set between PT0S and " + MOST_CLOCK_SKEW);
        }
        if (!isTrustworthy(jwks)) {
            throw new IllegalArgumentException("sightline.auth.jwt.jwks is '" + jwks
                    + "'; set an https address, a file, or an http address on loopback: keys that come over plain"
                    + " http could be anybody's");
        }
    }

    /** Tokens with the usual claims. */
    public JwtSettings(URI issuer, String audience, URI jwks) {
        this(issuer, audience, jwks, SCOPE_CLAIM, SCOPE_PREFIX, CLOCK_SKEW);
    }

    private static boolean isTrustworthy(URI jwks) {
        String scheme = String.valueOf(jwks.getScheme());
        return switch (scheme) {
            case "https" -> jwks.getHost() != null;
            case "http" -> jwks.getHost() != null && Loopback.isName(jwks.getHost());
            case "file" -> true;
            default -> false;
        };
    }
}
