package io.sightline.deploy.stack;

import io.sightline.indexer.store.VectorStores;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import io.sightline.indexer.store.opensearch.OpenSearchStores;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the indexes. Immutable.
 *
 * @param openSearch the cluster that has them, null for Lucene and a folder
 * @param quantisation of an index of Lucene's
 */
public record StoreSettings(@Nullable OpenSearchSettings openSearch, Quantisation quantisation) {

    /** Lucene with full vectors. */
    public static final StoreSettings LUCENE = new StoreSettings(null, Quantisation.NONE);

    /** Opens the place; Lucene's is the given folder. */
    public VectorStores open(Path indexes, Clock clock) {
        return openSearch == null
                ? new LuceneStores(indexes, quantisation, clock)
                : new OpenSearchStores(openSearch, clock);
    }
}
