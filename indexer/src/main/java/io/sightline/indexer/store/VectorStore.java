package io.sightline.indexer.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The retrieval store of one model version. Writes come from one thread; searches from any.
 *
 * <p>A write becomes searchable with the next {@link #refresh()} and durable with the next {@link #commit}, together
 * with the offsets: after a crash the store is exactly what the offsets say.
 */
public interface VectorStore extends AutoCloseable {

    /** Adds an image or replaces the one with its id. */
    void upsert(StoredImage image);

    /** Removes an image, if it is there. */
    void delete(String id);

    /** Changes the label of an image that is searchable; one that is not there is left alone. */
    void relabel(String id, @Nullable String label);

    /** Makes what was written searchable. */
    void refresh();

    /** Makes what was written durable, with the next offset of each partition that it came from. */
    void commit(Map<TopicPartition, Long> nextOffsets);

    /** The offsets of the last commit. */
    Map<TopicPartition, Long> committedOffsets();

    /** Searchable images. */
    long count();

    /** The nearest searchable neighbours, best first. */
    List<Hit> nearest(NearestQuery query);

    /** A searchable image by id. */
    Optional<StoredImage> find(String id);

    /** Closes the store after the searches in flight; what was not committed is gone. */
    @Override
    void close();
}
