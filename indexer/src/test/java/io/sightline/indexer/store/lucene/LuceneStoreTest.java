package io.sightline.indexer.store.lucene;

import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.VectorStoreContract;
import java.nio.file.Path;

class LuceneStoreTest extends VectorStoreContract {

    @Override
    protected VectorStore open(Path directory) {
        return new LuceneStore(directory);
    }
}
