package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.util.Optional;

/** Where the API of a service is. */
@ConfigMapping(prefix = "sightline.http")
@Doc("Where the API of a service is, and with which certificate.")
public interface HttpConfig {

    @WithDefault("127.0.0.1")
    @OnCommandLine("--host")
    @Doc("Address that an API listens on. Another one than loopback needs authentication:"
            + " sightline.auth.api-keys or sightline.auth.jwt.issuer.")
    String host();

    @OnCommandLine("--port")
    @Between(least = 0, most = 65_535)
    @Doc(
            value = "Port that an API listens on, 0 for any.",
            otherwise = "19080 ingest, 19085 trainer, 19090 search, 19095 embedder")
    Optional<Integer> port();

    @WithName("tls.certificate")
    @Doc(
            value = "File with the chain of certificates as PEM, the server's own first: https. Needs the" + " key.",
            otherwise = "http")
    Optional<Path> tlsCertificate();

    @WithName("tls.key")
    @Doc("File with the private key of the certificate as PEM, PKCS #8, not encrypted.")
    Optional<Path> tlsKey();

    @WithName("tls.proxy")
    @WithDefault("false")
    @Doc("Whether a proxy before an API answers https for it: cookies of the console are sent over https only, and an"
            + " API that answers http to other machines does not warn of it.")
    boolean tlsByProxy();
}
