package io.sightline.deploy.config;

import io.sightline.http.Access;
import io.sightline.http.HttpSettings;
import io.sightline.http.JwtSettings;
import io.sightline.http.Loopback;
import io.sightline.http.Tls;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the APIs are reached, from the concerns http, auth and limits. */
public final class Servers {

    private static final List<Class<?>> CONCERNS = List.of(HttpConfig.class, AuthConfig.class, LimitsConfig.class);

    private Servers() {}

    /**
     * The settings of one server.
     *
     * @param usualPort where none is set
     * @throws IllegalArgumentException saying what is wrong
     */
    public static HttpSettings settings(Configuration configuration, int usualPort) {
        HttpConfig http = configuration.get(HttpConfig.class);
        return new HttpSettings(
                http.host(),
                http.port().orElse(usualPort),
                tls(http),
                http.tlsByProxy(),
                access(configuration.get(AuthConfig.class)),
                LimitsConfig.limits(configuration.get(LimitsConfig.class)));
    }

    /** Adds what does not go together to the problems. */
    static void check(Configuration configuration) {
        configuration.attempt("sightline.http.tls", List.of(HttpConfig.class), all -> tls(all.get(HttpConfig.class)));
        configuration.attempt("sightline.auth", List.of(AuthConfig.class), all -> access(all.get(AuthConfig.class)));
        configuration.attempt(
                "sightline.limits",
                List.of(LimitsConfig.class),
                all -> LimitsConfig.limits(all.get(LimitsConfig.class)));
        configuration.attempt("sightline.http.host", CONCERNS, Servers::requireAccess);
    }

    private static HttpSettings requireAccess(Configuration configuration) {
        HttpConfig http = configuration.get(HttpConfig.class);
        AuthConfig auth = configuration.get(AuthConfig.class);
        boolean isAsked = auth.apiKeys().isPresent() || auth.jwtIssuer().isPresent();
        if (!Loopback.isName(http.host()) && !isAsked) {
            throw new IllegalArgumentException("'" + http.host()
                    + "' can be reached by others, who would not be asked who they are: set sightline.auth.api-keys or"
                    + " sightline.auth.jwt.issuer, or listen on 127.0.0.1");
        }
        return settings(configuration, 0);
    }

    private static @Nullable Tls tls(HttpConfig http) {
        Optional<Path> certificate = http.tlsCertificate();
        Optional<Path> key = http.tlsKey();
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    "sightline.http.tls.certificate and sightline.http.tls.key belong together: give both, or neither");
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            return null;
        }
        return new Tls(
                readable("sightline.http.tls.certificate", certificate.get()),
                readable("sightline.http.tls.key", key.get()));
    }

    private static Access access(AuthConfig auth) {
        Path keys = auth.apiKeys()
                .map(file -> readable("sightline.auth.api-keys", file))
                .orElse(null);
        return new Access(keys, jwt(auth));
    }

    private static @Nullable JwtSettings jwt(AuthConfig auth) {
        Optional<URI> issuer = auth.jwtIssuer();
        Optional<String> audience = auth.jwtAudience();
        Optional<URI> keys = auth.jwtJwks();
        if (issuer.isEmpty() && audience.isEmpty() && keys.isEmpty()) {
            return null;
        }
        if (issuer.isEmpty() || audience.isEmpty() || keys.isEmpty()) {
            throw new IllegalArgumentException("sightline.auth.jwt.issuer, sightline.auth.jwt.audience and"
                    + " sightline.auth.jwt.jwks belong together: give all three, or none");
        }
        return new JwtSettings(
                issuer.get(),
                audience.get(),
                keys.get(),
                auth.jwtScopeClaim(),
                auth.jwtScopePrefix(),
                auth.jwtClockSkew());
    }

    private static Path readable(String key, Path file) {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException(key + " is " + file + ", which is not there or cannot be read");
        }
        return file;
    }
}
