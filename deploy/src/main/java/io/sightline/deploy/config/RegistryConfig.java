package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The schema registry and how its clients sign in. */
@ConfigMapping(prefix = "sightline.registry")
@Doc("The schema registry, and how clients of it sign in.")
public interface RegistryConfig {

    @OnCommandLine(value = "--schema-registry", label = "URL")
    @Doc(
            value = "Address of a Confluent-compatible schema registry; several with commas.",
            otherwise = "the registry of the stack where there is one")
    Optional<String> url();

    @Doc("User of basic authentication.")
    Optional<String> user();

    @Doc("Password of the user.")
    Optional<Secret> password();

    @Doc(
            value = "Certificates to trust on https: a file in PEM, or a PKCS #12 trust store.",
            otherwise = "whom Java trusts")
    Optional<Path> truststore();

    @Doc("Password of the trust store; without, it is PEM.")
    Optional<Secret> truststorePassword();

    @Doc("Any other setting of the Confluent client, for instance bearer.auth.credentials.source."
            + " NAME-file takes the value of NAME from a file.")
    Map<String, String> client();
}
