package io.sightline.indexer.search;

import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.indexer.store.VectorStore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * All that answers a search, of one version and no other: preprocessing, network, store. It is counted who uses it,
 * and the network is closed when the last one has finished after a swap. Thread-safe.
 */
final class Serving {

    private final EmbeddingModel model;
    private final Preprocessor preprocessor;
    private final VectorStore store;
    /** One for being current, one for each search in flight. */
    private final AtomicInteger users = new AtomicInteger(1);

    Serving(EmbeddingModel model, Preprocessor preprocessor, VectorStore store) {
        this.model = model;
        this.preprocessor = preprocessor;
        this.store = store;
    }

    String version() {
        return model.version();
    }

    int dimensions() {
        return model.descriptor().dimensions();
    }

    VectorStore store() {
        return store;
    }

    /** Embeds a query; unit vector of length d. */
    float[] embed(byte[] image) throws RejectedImageException {
        return model.embed(preprocessor.pixels(image));
    }

    /** Takes part, unless this was swapped out and closed already. */
    boolean acquire() {
        return users.updateAndGet(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void release() {
        if (users.decrementAndGet() == 0) {
            model.close();
            preprocessor.close();
        }
    }
}
