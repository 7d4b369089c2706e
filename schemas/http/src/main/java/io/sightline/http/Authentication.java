package io.sightline.http;

import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who sends a request: by an API key or a token in {@code Authorization: Bearer}, by an API key in {@code
 * X-Api-Key}, or by the cookie of a session. Thread-safe.
 */
final class Authentication {

    static final String COOKIE = "sightline_session";

    private static final String BEARER = "Bearer ";

    private final boolean required;
    private final @Nullable ApiKeys apiKeys;
    private final @Nullable JwtVerifier tokens;
    private final Sessions sessions;

    Authentication(Access access, Clock clock) {
        this.required = access.isRequired();
        this.apiKeys = access.apiKeys() == null ? null : new ApiKeys(access.apiKeys(), clock);
        this.tokens = access.jwt() == null ? null : new JwtVerifier(access.jwt());
        this.sessions = new Sessions(clock);
    }

    /** Whether callers have to say who they are. */
    boolean isRequired() {
        return required;
    }

    /**
     * Who sends a request.
     *
     * @param caller nobody if there is no credential, or only a cookie of the past
     * @param byCookie whether a browser may have added the credential without being asked to
     */
    record Identity(Caller caller, boolean byCookie) {}

    /**
     * Identifies the sender.
     *
     * @throws ApiException 401 {@code unauthenticated} if there is a credential, and it is not valid
     */
    Identity identify(Context context) {
        if (!required) {
            return new Identity(Caller.ANYONE, false);
        }
        String authorization = context.header("Authorization");
        String apiKey = context.header("X-Api-Key");
        if (authorization != null) {
            if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
                throw refused();
            }
            return new Identity(verify(authorization.substring(BEARER.length()).strip()).caller, false);
        }
        if (apiKey != null) {
            return new Identity(verify(apiKey.strip()).caller, false);
        }
        String session = context.cookie(COOKIE);
        Caller caller = session == null ? Caller.NOBODY : session(session);
        return new Identity(caller, caller.isNamed());
    }

    /**
     * Opens a session.
     *
     * @param allowed throws if this caller opens too many
     * @return its id
     * @throws ApiException 401 {@code unauthenticated}, or what {@code allowed} throws
     */
    String signIn(String credential, Consumer<Caller> allowed) {
        Verified verified = verify(credential);
        allowed.accept(verified.caller);
        return sessions.open(verified.expires, () -> again(verified));
    }

    /** Who a session belongs to, nobody if there is none any more. */
    Caller session(String session) {
        return sessions.find(session).orElse(Caller.NOBODY);
    }

    void signOut(String session) {
        sessions.close(session);
    }

    private record Verified(Caller caller, Instant expires, byte @Nullable [] keySha256) {}

    private Verified verify(String credential) {
        if (credential.startsWith(ApiKeyFile.PREFIX)) {
            byte[] sha256 = Hashes.sha256(credential);
            ApiKey key = Optional.ofNullable(apiKeys)
                    .flatMap(keys -> keys.find(sha256))
                    .orElseThrow(Authentication::refused);
            return new Verified(key.caller(), key.expires() == null ? Instant.MAX : key.expires(), sha256);
        }
        if (tokens == null) {
            throw refused();
        }
        JwtVerifier.Verified token = tokens.verify(credential);
        return new Verified(token.caller(), token.expires(), null);
    }

    /** A key may have been revoked, or have other scopes by now; a token is good until it ends. */
    private Optional<Caller> again(Verified verified) {
        if (verified.keySha256 == null) {
            return Optional.of(verified.caller);
        }
        return apiKeys == null
                ? Optional.empty()
                : apiKeys.find(verified.keySha256).map(ApiKey::caller);
    }

    private static ApiException refused() {
        return new ApiException(
                401,
                "unauthenticated",
                "the credential is not valid: it is wrong, has expired or was revoked. Send a valid API key or token as"
                        + " Authorization: Bearer");
    }
}
