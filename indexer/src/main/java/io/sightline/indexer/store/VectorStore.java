package io.sightline.indexer.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The retrieval store of one model version. One thread upserts, deletes and relabels; all else may be called from any
 * thread at any time.
 *
 * <p>A write becomes searchable with the next {@link #refresh()} and durable with the next {@link #commit}. Writes carry
 * the {@link Revision} of what they are made of, and one that is no news is left out: the topics can be replayed from
 * any offset, over documents that are ahead of it, and no older event overwrites a newer one. That holds for images
 * that were deleted too, for as long as their tombstones are kept ({@link #purge}).
 *
 * <p>On failure: {@link StoreException}, and what was not committed may be gone; of reads, {@link
 * StoreUnavailableException} if the same may succeed later.
 */
public interface VectorStore extends AutoCloseable {

    /** Which version's vectors these are. */
    StoreKey key();

    /**
     * Adds an image or replaces the one with its id, unless the store has this revision or a later one.
     *
     * @throws IllegalArgumentException if the vector is not a unit vector of this store's space
     */
    void upsert(EmbeddedImage image);

    /** Removes an image, unless the store has this revision of it or a later one. */
    void delete(String id, Revision revision);

    /**
     * Changes the label of an image, searchable already or not, unless the store knows a later one. An image that is not
     * there is left alone.
     *
     * @param labelOffset offset behind the label
     */
    void relabel(String id, @Nullable String label, long labelOffset);

    /** Makes what was written before this call searchable. */
    void refresh();

    /**
     * Makes what was written before this call durable.
     *
     * @param nextOffsets of each partition the next offset; all below was written before this call
     */
    void commit(Map<TopicPartition, Long> nextOffsets);

    /** The offsets of the newest commit that was begun; none if there was none. For whoever has just opened the store. */
    Map<TopicPartition, Long> committedOffsets();

    /** Searchable images. */
    long count();

    /**
     * Images since it was opened that this store takes in no form, found after they were given to it. Each was logged, and
     * has a tombstone in its place: what the store had of it is older.
     */
    default long refused() {
        return 0;
    }

    /** The nearest searchable neighbours, by score, and those of one score by id. */
    default List<Hit> nearest(NearestQuery query) {
        return search(query).hits();
    }

    /** The same, and what it took to find them. */
    Nearest search(NearestQuery query);

    /** A searchable image by id. */
    Optional<EmbeddedImage> find(String id);

    /** Those that are searchable, in this order. */
    default List<EmbeddedImage> find(List<String> ids) {
        return ids.stream().map(this::find).flatMap(Optional::stream).toList();
    }

    /** Shows all searchable images and all tombstones, in no particular order; what is written meanwhile may be missing. */
    void scan(ImageVisitor visitor);

    /**
     * A sample of the searchable images, in the order of a hash of their ids: of two stores of the same images it is the same,
     * and when some are added most of it stays. Reads what is known of every image, so this is not for every request.
     *
     * @param most images wanted; all there are if there are fewer
     */
    default List<EmbeddedImage> sample(int most) {
        SampleVisitor sample = new SampleVisitor(most);
        scan(sample);
        // What was deleted or replaced meanwhile is left out, or is the new one.
        return find(sample.ids());
    }

    /** How many searchable images have each label, labels in order. Reads what is known of every image, unless a store knows. */
    default Map<String, Long> labels() {
        LabelVisitor labels = new LabelVisitor();
        scan(labels);
        return labels.counts();
    }

    /**
     * Forgets that images were deleted. Only what can no longer be replayed may be forgotten.
     *
     * @param age only deletions that were written longer ago
     */
    void purge(Duration age);

    /**
     * Of which erased images the store still has something, searchable or not: what was deleted may stay on disk until
     * it is {@linkplain #expunge expunged}.
     */
    Set<Erased> held(Collection<Erased> erased);

    /**
     * Begins to take what was deleted of these images off the disk. That ends in the background, and takes several calls and
     * {@linkplain #refresh refreshes}: until nothing is {@linkplain #held held} any more. It
     * costs in proportion to the parts of the store that are written anew.
     */
    void expunge(Collection<Erased> erased);

    /**
     * Tells that nothing has been written for a while, so the store may tidy up in the background for faster searches,
     * which a {@linkplain #refresh refresh} brings them.
     *
     * @param since how long
     */
    void rest(Duration since);

    /** Closes the store after the searches in flight; what was not committed is gone. */
    @Override
    void close();
}
