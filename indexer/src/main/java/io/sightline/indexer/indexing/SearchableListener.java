package io.sightline.indexer.indexing;

import io.sightline.indexer.store.StoredImage;
import java.util.List;

/** Is told what searches find from now on. */
@FunctionalInterface
public interface SearchableListener {

    /** Is told nothing that it would remember. */
    SearchableListener NONE = images -> {};

    /**
     * Images became searchable in the index of their version, which was complete before. Called on the thread that refreshes
     * the index, so this is to be quick.
     */
    void searchable(List<StoredImage> images);

    /** Tells this one, and then another. */
    default SearchableListener and(SearchableListener other) {
        return images -> {
            searchable(images);
            other.searchable(images);
        };
    }
}
