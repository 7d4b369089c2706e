package io.sightline.deploy.cli;

import io.sightline.deploy.stack.StoreSettings;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the indexes lie: in the indexer's folder, or on an OpenSearch cluster. */
final class StoreOptions {

    @Option(
            names = "--store",
            description = "What keeps the indexes: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}). Lucene is in"
                    + " this process and its folder; OpenSearch is a cluster with the k-NN plugin.")
    private Kind kind = Kind.LUCENE;

    @Option(
            names = "--opensearch-url",
            split = ",",
            paramLabel = "URL",
            description = "Nodes of the cluster, for instance https://search-1:9200; several with commas.")
    private List<URI> urls = List.of();

    @Option(names = "--opensearch-user", paramLabel = "USER", description = "User of basic authentication.")
    private @Nullable String user;

    @Option(
            names = "--opensearch-password-file",
            paramLabel = "FILE",
            description = "File with the user's password; a line end behind it is left out.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--opensearch-ca",
            paramLabel = "FILE",
            description = "Certificates to trust on https, PEM, or a PKCS #12 trust store (default: whom Java trusts).")
    private @Nullable Path certificates;

    @Option(
            names = "--opensearch-ca-password-file",
            paramLabel = "FILE",
            description = "File with the password of the trust store; without, the certificates are PEM.")
    private @Nullable Path certificatesPasswordFile;

    @Option(
            names = "--opensearch-prefix",
            paramLabel = "NAME",
            description = "What the names of indexes and aliases begin with (default: ${DEFAULT-VALUE}).")
    private String prefix = "sightline";

    @Option(
            names = "--opensearch-shards",
            paramLabel = "N",
            description = "Shards of a new index (default: ${DEFAULT-VALUE}).")
    private int shards = OpenSearchSettings.Layout.DEFAULT.shards();

    @Option(
            names = "--opensearch-replicas",
            paramLabel = "N",
            description = "Copies of each shard beside the first; with one or more, a write counts when two copies have"
                    + " it (default: ${DEFAULT-VALUE}).")
    private int replicas = OpenSearchSettings.Layout.DEFAULT.replicas();

    @Option(
            names = "--opensearch-bulk-items",
            paramLabel = "N",
            description = "Most documents of one bulk request (default: ${DEFAULT-VALUE}).")
    private int bulkItems = OpenSearchSettings.Bulk.DEFAULT.items();

    @Option(
            names = "--opensearch-bulk-bytes",
            paramLabel = "BYTES",
            description = "Bytes of one bulk request, about (default: ${DEFAULT-VALUE}).")
    private int bulkBytes = OpenSearchSettings.Bulk.DEFAULT.bytes();

    @Option(
            names = "--opensearch-in-flight",
            paramLabel = "N",
            description = "Bulk requests at a time; with as many, writing waits (default: ${DEFAULT-VALUE}).")
    private int inFlight = OpenSearchSettings.Bulk.DEFAULT.inFlight();

    @Option(
            names = "--quantise",
            description =
                    "What the graph search of a Lucene index reads of each dimension, ${COMPLETION-CANDIDATES}; what"
                            + " it finds is ranked by the full vectors. Less memory for many dimensions. An index of another kind"
                            + " is built anew (default: ${DEFAULT-VALUE}).")
    private Quantisation quantisation = Quantisation.NONE;

    /** The stores. */
    enum Kind {
        LUCENE,
        OPENSEARCH
    }

    /**
     * What was chosen.
     *
     * @throws IllegalArgumentException if an option is wrong or missing; the message names it
     */
    StoreSettings settings() {
        if (kind == Kind.OPENSEARCH && quantisation != Quantisation.NONE) {
            throw new IllegalArgumentException("--quantise is for --store lucene: leave one of them out");
        }
        return new StoreSettings(openSearch(), quantisation);
    }

    /** The cluster, null if Lucene is meant. */
    private @Nullable OpenSearchSettings openSearch() {
        if (kind == Kind.LUCENE) {
            if (!urls.isEmpty()) {
                throw new IllegalArgumentException("--opensearch-url is given, but not --store opensearch: give both");
            }
            return null;
        }
        if (urls.isEmpty()) {
            throw new IllegalArgumentException(
                    "--store opensearch needs --opensearch-url, for instance" + " https://search-1:9200");
        }
        if ((user == null) != (passwordFile == null)) {
            throw new IllegalArgumentException(
                    "give both --opensearch-user and --opensearch-password-file, or neither");
        }
        return OpenSearchSettings.of(urls.toArray(URI[]::new))
                .withPrefix(prefix)
                .with(new OpenSearchSettings.Layout(shards, replicas))
                .with(new OpenSearchSettings.Bulk(bulkItems, bulkBytes, inFlight))
                .with(credentials())
                .with(trust());
    }

    private OpenSearchSettings.@Nullable Credentials credentials() {
        return user == null || passwordFile == null
                ? null
                : new OpenSearchSettings.Credentials(user, secret("--opensearch-password-file", passwordFile));
    }

    private OpenSearchSettings.@Nullable Trust trust() {
        if (certificates == null) {
            return null;
        }
        return new OpenSearchSettings.Trust(
                certificates,
                certificatesPasswordFile == null
                        ? null
                        : secret("--opensearch-ca-password-file", certificatesPasswordFile));
    }

    private static String secret(String option, Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new IllegalArgumentException(option + " " + file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
