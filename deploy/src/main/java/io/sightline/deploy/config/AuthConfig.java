package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Who may call the APIs. */
@ConfigMapping(prefix = "sightline.auth")
@Doc("Who may call the APIs. Without any of these nobody is asked, and the APIs listen on loopback only.")
public interface AuthConfig {

    @Doc("File of hashed API keys, as sightline keys writes it.")
    Optional<Path> apiKeys();

    @WithName("jwt.issuer")
    @Doc("Address of the OpenID Connect provider, as it stands in iss. Needs audience and jwks.")
    Optional<URI> jwtIssuer();

    @WithName("jwt.audience")
    @Doc("What aud of a token has to hold.")
    Optional<String> jwtAudience();

    @WithName("jwt.jwks")
    @Doc("Where the provider's public keys are: an https address, http on loopback, or a file: address.")
    Optional<URI> jwtJwks();

    @WithName("jwt.scope-claim")
    @WithDefault("scope")
    @Doc("Claim that holds the scopes.")
    String jwtScopeClaim();

    @WithName("jwt.scope-prefix")
    @WithDefault("sightline:")
    @Doc("What stands before ingest, search, monitor or admin in that claim.")
    String jwtScopePrefix();

    @WithName("jwt.clock-skew")
    @WithDefault("PT30S")
    @Doc("How far the clocks of the provider and of this machine may be apart, ISO-8601.")
    Duration jwtClockSkew();
}
