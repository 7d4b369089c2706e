package io.sightline.indexer.search;

import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.indexer.store.VectorStore;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * All that answers a search: the network and the store of one version and, while a compatible version back-fills, the
 * bridge from there. It is counted who uses it, and its networks are let go when the last one has finished after a
 * swap. Thread-safe.
 */
final class Serving {

    private final QueryNetwork network;
    private final VectorStore store;
    private final @Nullable Bridge bridge;
    /** One for being current, one for each search in flight. */
    private final AtomicInteger users = new AtomicInteger(1);

    /** Takes over the caller's hold of the networks. */
    Serving(QueryNetwork network, VectorStore store, @Nullable Bridge bridge) {
        this.network = network;
        this.store = store;
        this.bridge = bridge;
    }

    /**
     * Queries of a newer version on this one's gallery.
     *
     * @param network of the newer version
     * @param map into this version's space
     */
    record Bridge(QueryNetwork network, SpaceMap map) {

        String version() {
            return network.version();
        }
    }

    /** The version whose store answers. */
    String version() {
        return network.version();
    }

    /** Whether searches by an image wait for the network still. */
    boolean isBeginning() {
        return network.isBeginning();
    }

    QueryNetwork network() {
        return network;
    }

    VectorStore store() {
        return store;
    }

    Optional<Bridge> bridge() {
        return Optional.ofNullable(bridge);
    }

    /** Takes part, unless this was swapped out and closed already. */
    boolean acquire() {
        return users.updateAndGet(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void release() {
        if (users.decrementAndGet() == 0) {
            network.release();
            if (bridge != null) {
                bridge.network.release();
            }
        }
    }
}
