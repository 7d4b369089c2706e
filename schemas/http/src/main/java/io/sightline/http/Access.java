package io.sightline.http;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Who may call a server. Immutable.
 *
 * @param apiKeys file of API keys, as {@code sightline keys create} writes it; null for none
 * @param jwt whose tokens are taken; null for none
 */
public record Access(@Nullable Path apiKeys, @Nullable JwtSettings jwt) {

    /** Nobody is asked who they are. A server takes this on loopback only. */
    public static final Access NONE = new Access(null, null);

    /** Whether callers have to say who they are. */
    public boolean isRequired() {
        return apiKeys != null || jwt != null;
    }

    /** The same with a file of API keys. */
    public Access withApiKeys(@Nullable Path file) {
        return new Access(file, jwt);
    }

    /** The same with tokens of an issuer. */
    public Access withJwt(@Nullable JwtSettings issuer) {
        return new Access(apiKeys, issuer);
    }
}
