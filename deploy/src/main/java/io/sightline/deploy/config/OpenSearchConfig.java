package io.sightline.deploy.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The OpenSearch cluster with the indexes. */
@ConfigMapping(prefix = "sightline.opensearch")
@Doc("The OpenSearch cluster that keeps the indexes, if sightline.store.kind says so.")
public interface OpenSearchConfig {

    @OnCommandLine(value = "--opensearch-url", label = "URL,..")
    @Doc("Nodes of the cluster, for instance https://search-1:9200; several with commas.")
    Optional<List<URI>> url();

    @OnCommandLine(value = "--opensearch-user", label = "USER")
    @Doc("User of basic authentication.")
    Optional<String> user();

    @OnCommandLine(value = "--opensearch-password-file", label = "FILE", file = true)
    @Doc("Password of the user. The option names a file with it; a line end behind it is left out.")
    Optional<Secret> password();

    @OnCommandLine(value = "--opensearch-ca", label = "FILE")
    @Doc(value = "Certificates to trust on https, PEM, or a PKCS #12 trust store.", otherwise = "whom Java trusts")
    Optional<Path> ca();

    @OnCommandLine(value = "--opensearch-ca-password-file", label = "FILE", file = true)
    @Doc("Password of the trust store; without, the certificates are PEM. The option names a file with it.")
    Optional<Secret> caPassword();

    @WithDefault("sightline")
    @OnCommandLine(value = "--opensearch-prefix", label = "NAME")
    @Doc("What the names of indexes and aliases begin with.")
    String prefix();

    @WithDefault("1")
    @OnCommandLine(value = "--opensearch-shards", label = "N")
    @Between(least = 1)
    @Doc("Shards of a new index.")
    int shards();

    @WithDefault("1")
    @OnCommandLine(value = "--opensearch-replicas", label = "N")
    @Between(least = 0)
    @Doc("Copies of each shard beside the first; with one or more, a write counts when two copies have it.")
    int replicas();

    @WithDefault("500")
    @OnCommandLine(value = "--opensearch-bulk-items", label = "N")
    @Between(least = 1)
    @Doc("Most documents of one bulk request.")
    int bulkItems();

    @WithDefault("5242880")
    @OnCommandLine(value = "--opensearch-bulk-bytes", label = "BYTES")
    @Between(least = 1)
    @Doc("Bytes of one bulk request, about.")
    int bulkBytes();

    @WithDefault("2")
    @OnCommandLine(value = "--opensearch-in-flight", label = "N")
    @Between(least = 1)
    @Doc("Bulk requests at a time; with as many, writing waits.")
    int inFlight();
}
