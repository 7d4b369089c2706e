package io.sightline.indexer.store.opensearch;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the cluster is and how it is used. Immutable.
 *
 * @param hosts of nodes, all http or all https; a node that is down is passed over
 * @param credentials null for a cluster that asks for none
 * @param trust whom to trust on https, null for whom the JVM trusts
 * @param prefix of the names of all indexes and aliases
 * @param layout of each index
 * @param bulk how writes are gathered
 * @param patience how long to wait for a cluster that is not there
 */
public record OpenSearchSettings(
        List<URI> hosts,
        @Nullable Credentials credentials,
        @Nullable Trust trust,
        String prefix,
        Layout layout,
        Bulk bulk,
        Patience patience) {

    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9-]{0,49}");
    private static final String DEFAULT_PREFIX = "sightline";

    /** Checks hosts and prefix. */
    public OpenSearchSettings {
        hosts = List.copyOf(hosts);
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("no OpenSearch host: give one like https://search-1:9200");
        }
        for (URI host : hosts) {
            if (host.getHost() == null || !List.of("http", "https").contains(String.valueOf(host.getScheme()))) {
                throw new IllegalArgumentException(
                        "'" + host + "' is no OpenSearch host: give one like https://search-1:9200");
            }
        }
        if (hosts.stream().map(URI::getScheme).distinct().count() > 1) {
            throw new IllegalArgumentException(
                    "OpenSearch hosts " + hosts + " are partly http, partly https: choose one");
        }
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("'" + prefix
                    + "' cannot begin the names of indexes: use lower case letters, digits and dashes, at most 50");
        }
    }

    /** Hosts that ask for nothing, all else as usual. */
    public static OpenSearchSettings of(URI... hosts) {
        return new OpenSearchSettings(
                List.of(hosts), null, null, DEFAULT_PREFIX, Layout.DEFAULT, Bulk.DEFAULT, Patience.DEFAULT);
    }

    /** The same with names that begin otherwise. */
    public OpenSearchSettings withPrefix(String other) {
        return new OpenSearchSettings(hosts, credentials, trust, other, layout, bulk, patience);
    }

    /** The same with credentials. */
    public OpenSearchSettings with(@Nullable Credentials other) {
        return new OpenSearchSettings(hosts, other, trust, prefix, layout, bulk, patience);
    }

    /** The same with another trust. */
    public OpenSearchSettings with(@Nullable Trust other) {
        return new OpenSearchSettings(hosts, credentials, other, prefix, layout, bulk, patience);
    }

    /** The same with another layout. */
    public OpenSearchSettings with(Layout other) {
        return new OpenSearchSettings(hosts, credentials, trust, prefix, other, bulk, patience);
    }

    /** The same with writes gathered otherwise. */
    public OpenSearchSettings with(Bulk other) {
        return new OpenSearchSettings(hosts, credentials, trust, prefix, layout, other, patience);
    }

    /** The same with another patience. */
    public OpenSearchSettings with(Patience other) {
        return new OpenSearchSettings(hosts, credentials, trust, prefix, layout, bulk, other);
    }

    /**
     * User and password of basic authentication.
     *
     * @param user its name
     * @param password not shown by {@link #toString}
     */
    public record Credentials(String user, String password) {
        @Override
        public String toString() {
            return user;
        }
    }

    /**
     * Whom to trust.
     *
     * @param certificates file of X.509 certificates in PEM, or a trust store in PKCS #12
     * @param password of the trust store, null for PEM
     */
    public record Trust(Path certificates, @Nullable String password) {
        @Override
        public String toString() {
            return certificates.toString();
        }
    }

    /**
     * How an index is laid out.
     *
     * @param shards parts, each with a graph of its own
     * @param replicas copies beside the first; with one or more, a write is acknowledged when two copies have it
     */
    public record Layout(int shards, int replicas) {

        /** One shard and one copy of it. */
        public static final Layout DEFAULT = new Layout(1, 1);

        /** Checks the ranges. */
        public Layout {
            if (shards < 1 || replicas < 0) {
                throw new IllegalArgumentException(
                        "an index has at least one shard and no less than 0 replicas, not " + shards + ", " + replicas);
            }
        }

        /** Copies that must have a write before it counts as acknowledged: so many that it outlives one node. */
        int acknowledging() {
            return Math.min(2, 1 + replicas);
        }
    }

    /**
     * How writes are gathered.
     *
     * @param items most of one request
     * @param bytes of one request, about
     * @param inFlight requests at a time; with as many, the writer waits
     */
    public record Bulk(int items, int bytes, int inFlight) {

        /** At most 500 documents, 5 MiB, two requests at a time. */
        public static final Bulk DEFAULT = new Bulk(500, 5 << 20, 2);

        /** Checks the ranges. */
        public Bulk {
            if (items < 1 || bytes < 1 || inFlight < 1) {
                throw new IllegalArgumentException(
                        "a bulk request has at least one item and byte, and one is in flight," + " not " + items + ", "
                                + bytes + ", " + inFlight);
            }
        }
    }

    /**
     * How long to wait.
     *
     * @param connect for a connection
     * @param answer for the answer to one request
     * @param write for a write to be taken, over all attempts
     * @param search for a search to be answered, over all attempts
     */
    public record Patience(Duration connect, Duration answer, Duration write, Duration search) {

        /** 5 s, 60 s, 2 min, 10 s. */
        public static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(5), Duration.ofSeconds(60), Duration.ofMinutes(2), Duration.ofSeconds(10));
    }
}
