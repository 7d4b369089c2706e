package io.sightline.indexer.search;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.EmbeddingModel;
import java.util.concurrent.atomic.AtomicInteger;

/** Embeds queries in the space of one version; closed when the last one who holds it lets go. Thread-safe. */
final class QueryNetwork {

    private final EmbeddingModel model;
    private final Preprocessor preprocessor;
    private final AtomicInteger holders = new AtomicInteger(1);

    private QueryNetwork(EmbeddingModel model, Preprocessor preprocessor) {
        this.model = model;
        this.preprocessor = preprocessor;
    }

    /** Loads a version; the caller holds it. */
    static QueryNetwork load(ModelArtifact artifact, ImageLimits limits) {
        EmbeddingModel model = EmbeddingModel.load(artifact);
        return new QueryNetwork(model, new Preprocessor(model.descriptor().preprocessing(), limits));
    }

    String version() {
        return model.version();
    }

    int dimensions() {
        return model.descriptor().dimensions();
    }

    /** Fingerprint of what is done to the pixels first. */
    String preprocessing() {
        return model.descriptor().preprocessingFingerprint();
    }

    /** Embeds an encoded image; unit vector of length d. */
    float[] embed(byte[] image) throws RejectedImageException {
        return model.embed(preprocessor.pixels(image));
    }

    /** One more who holds it; only those who do already may say so. */
    QueryNetwork retain() {
        holders.incrementAndGet();
        return this;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            model.close();
            preprocessor.close();
        }
    }
}
