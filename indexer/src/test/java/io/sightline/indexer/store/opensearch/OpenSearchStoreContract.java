package io.sightline.indexer.store.opensearch;

import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStoreContract;
import io.sightline.indexer.store.VectorStores;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;

/** The contract on a cluster, in names of its own for each test. */
abstract class OpenSearchStoreContract extends VectorStoreContract {

    private final String prefix = "test-" + UUID.randomUUID().toString().toLowerCase(Locale.ROOT);
    private final List<VectorStores> opened = new ArrayList<>();

    /** A cluster of one node. */
    abstract OpenSearchSettings cluster();

    OpenSearchSettings settings() {
        return cluster().withPrefix(prefix).with(new OpenSearchSettings.Layout(1, 0));
    }

    @Override
    protected VectorStore open(Path directory) throws StoreDamagedException {
        VectorStores stores = new OpenSearchStores(settings(), Clock.systemUTC());
        opened.add(stores);
        return stores.open(KEY);
    }

    @AfterEach
    void removeIndexes() {
        VectorStores last = opened.getLast();
        last.present().forEach(last::discard);
        opened.forEach(VectorStores::close);
    }
}
