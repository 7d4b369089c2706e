package io.sightline.deploy.config;

import io.sightline.deploy.stack.StoreSettings;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What keeps the indexes, from the concerns store and opensearch. */
public final class Stores {

    private Stores() {}

    /**
     * What was chosen.
     *
     * @throws IllegalArgumentException if a setting is missing, or others do not go with it; the message names them
     */
    public static StoreSettings settings(Configuration configuration) {
        StoreConfig store = configuration.get(StoreConfig.class);
        OpenSearchConfig cluster = configuration.get(OpenSearchConfig.class);
        if (store.kind() == StoreConfig.Kind.OPENSEARCH) {
            if (store.quantise() != Quantisation.NONE) {
                throw new IllegalArgumentException("--quantise (sightline.store.quantise) is for --store lucene"
                        + " (sightline.store.kind): leave one of them out");
            }
            return new StoreSettings(openSearch(cluster), store.quantise());
        }
        if (cluster.url().isPresent()) {
            throw new IllegalArgumentException("--opensearch-url (sightline.opensearch.url) is given, but not --store"
                    + " opensearch (sightline.store.kind): give both");
        }
        return new StoreSettings(null, store.quantise());
    }

    /** Adds what does not go together to the problems. */
    static void check(Configuration configuration) {
        configuration.attempt("sightline.store", List.of(StoreConfig.class, OpenSearchConfig.class), Stores::settings);
    }

    private static OpenSearchSettings openSearch(OpenSearchConfig cluster) {
        List<URI> urls = cluster.url()
                .orElseThrow(() -> new IllegalArgumentException("--store opensearch (sightline.store.kind) needs"
                        + " --opensearch-url (sightline.opensearch.url), for instance https://search-1:9200"));
        return OpenSearchSettings.of(urls.toArray(URI[]::new))
                .withPrefix(cluster.prefix())
                .with(new OpenSearchSettings.Layout(cluster.shards(), cluster.replicas()))
                .with(new OpenSearchSettings.Bulk(cluster.bulkItems(), cluster.bulkBytes(), cluster.inFlight()))
                .with(credentials(cluster))
                .with(trust(cluster));
    }

    private static OpenSearchSettings.@Nullable Credentials credentials(OpenSearchConfig cluster) {
        if (cluster.user().isPresent() != cluster.password().isPresent()) {
            throw new IllegalArgumentException("give both --opensearch-user (sightline.opensearch.user) and"
                    + " --opensearch-password-file (sightline.opensearch.password-file), or neither");
        }
        return cluster.user()
                .map(user -> new OpenSearchSettings.Credentials(
                        user, cluster.password().orElseThrow().value()))
                .orElse(null);
    }

    private static OpenSearchSettings.@Nullable Trust trust(OpenSearchConfig cluster) {
        return cluster.ca()
                .map(file -> new OpenSearchSettings.Trust(
                        file, cluster.caPassword().map(Secret::value).orElse(null)))
                .orElse(null);
    }
}
