package io.sightline.indexer.search;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.http.ApiException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Embeds queries in the space of one version; closed when the last one who holds it lets go. Thread-safe. */
final class QueryNetwork {

    private static final Logger LOG = LoggerFactory.getLogger(QueryNetwork.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ModelArtifact artifact;
    private final ImageLimits limits;
    private final AtomicInteger holders = new AtomicInteger(1);
    /** Held while the network is loaded. */
    private final Lock loading = new ReentrantLock();

    private volatile boolean beginning;

    private @Nullable VersionNetwork network;
    /** Why it could not be loaded last, and when: not everybody who asks tries again. */
    private @Nullable ArtifactException failure;

    private long failedAt;

    private QueryNetwork(ModelArtifact artifact, ImageLimits limits) {
        this.artifact = artifact;
        this.limits = limits;
    }

    /**
     * Loads a version; the caller holds it.
     *
     * @throws ArtifactException if it cannot be loaded
     */
    static QueryNetwork load(ModelArtifact artifact, ImageLimits limits) {
        QueryNetwork loaded = new QueryNetwork(artifact, limits);
        loaded.network();
        return loaded;
    }

    /**
     * Begins to load a version, which takes seconds that only those who {@link #embed} wait for; the caller holds it. One
     * that cannot be loaded is tried again by the next of them.
     */
    static QueryNetwork begin(ModelArtifact artifact, ImageLimits limits) {
        QueryNetwork begun = new QueryNetwork(artifact, limits);
        begun.retain();
        begun.beginning = true;
        Thread.ofPlatform().name("load-" + begun.version()).daemon().start(() -> {
            try {
                begun.network();
            } catch (RuntimeException | Error e) {
                LOG.warn("images cannot be embedded by {} yet: {}", begun.version(), e.toString());
            } finally {
                begun.beginning = false;
                begun.release();
            }
        });
        return begun;
    }

    /** Whether it is loaded for the first time, so that who embeds waits. */
    boolean isBeginning() {
        return beginning;
    }

    String version() {
        return descriptor().version();
    }

    int dimensions() {
        return descriptor().dimensions();
    }

    /** Fingerprint of what is done to the pixels first. */
    String preprocessing() {
        return descriptor().preprocessingFingerprint();
    }

    private ModelDescriptor descriptor() {
        return artifact.descriptor();
    }

    /**
     * Embeds an encoded image; unit vector of length d.
     *
     * @throws ApiException 503 {@code network-unavailable} if the network cannot be loaded now
     */
    float[] embed(byte[] image) throws RejectedImageException {
        VersionNetwork loaded;
        try {
            loaded = network();
        } catch (ArtifactException e) {
            throw new ApiException(
                    503,
                    "network-unavailable",
                    "images cannot be embedded by " + version() + " now, while ids and vectors can be searched: "
                            + e.getMessage() + "; then try again");
        }
        return loaded.embed(image);
    }

    private VersionNetwork network() {
        loading.lock();
        try {
            if (network == null) {
                if (failure != null && System.nanoTime() - failedAt < PAUSE.toNanos()) {
                    throw failure;
                }
                network = loaded();
            }
            return network;
        } finally {
            loading.unlock();
        }
    }

    private VersionNetwork loaded() {
        try {
            return VersionNetwork.load(artifact, limits);
        } catch (ArtifactException e) {
            failure = e;
            failedAt = System.nanoTime();
            throw e;
        }
    }

    /** One more who holds it; only those who do already may say so. */
    QueryNetwork retain() {
        holders.incrementAndGet();
        return this;
    }

    void release() {
        if (holders.decrementAndGet() == 0 && network != null) {
            network.close();
        }
    }
}
