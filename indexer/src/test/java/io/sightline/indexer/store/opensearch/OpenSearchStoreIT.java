package io.sightline.indexer.store.opensearch;

import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnTestCluster.class)
class OpenSearchStoreIT extends OpenSearchStoreContract {

    private final OpenSearchSettings cluster;

    OpenSearchStoreIT(OpenSearchSettings cluster) {
        this.cluster = cluster;
    }

    @Override
    OpenSearchSettings cluster() {
        return cluster;
    }
}
