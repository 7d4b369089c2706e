package io.sightline.indexer.store;

import java.util.List;

/**
 * The retrieval stores of all versions, wherever they lie. Thread-safe.
 *
 * <p>On failure: {@link StoreException}.
 */
public interface VectorStores extends AutoCloseable {

    /**
     * Opens the store of a version as it was left, or an empty one.
     *
     * @throws StoreDamagedException if it is damaged, or is of something else: it may be discarded and opened again, empty
     */
    VectorStore open(StoreKey key) throws StoreDamagedException;

    /** Removes the store of a version, which nobody has open; nothing happens if there is none. */
    void discard(String version);

    /** Versions that have a store, open or not, in order. */
    List<String> present();

    /** Tells that a version is the one that is searched now, for those who search the stores themselves. */
    void activate(String version);

    /** Where they lie, for messages. */
    String where();

    /** Closes what the stores share; they are closed before. */
    @Override
    void close();
}
