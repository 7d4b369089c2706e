package io.sightline.indexer.search;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.VersionNetwork;
import java.util.concurrent.atomic.AtomicInteger;

/** Embeds queries in the space of one version; closed when the last one who holds it lets go. Thread-safe. */
final class QueryNetwork {

    private final VersionNetwork network;
    private final AtomicInteger holders = new AtomicInteger(1);

    private QueryNetwork(VersionNetwork network) {
        this.network = network;
    }

    /** Loads a version; the caller holds it. */
    static QueryNetwork load(ModelArtifact artifact, ImageLimits limits) {
        return new QueryNetwork(VersionNetwork.load(artifact, limits));
    }

    String version() {
        return network.version();
    }

    int dimensions() {
        return network.descriptor().dimensions();
    }

    /** Fingerprint of what is done to the pixels first. */
    String preprocessing() {
        return network.descriptor().preprocessingFingerprint();
    }

    /** Embeds an encoded image; unit vector of length d. */
    float[] embed(byte[] image) throws RejectedImageException {
        return network.embed(image);
    }

    /** One more who holds it; only those who do already may say so. */
    QueryNetwork retain() {
        holders.incrementAndGet();
        return this;
    }

    void release() {
        if (holders.decrementAndGet() == 0) {
            network.close();
        }
    }
}
