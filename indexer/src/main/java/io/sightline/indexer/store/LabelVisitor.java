package io.sightline.indexer.store;

import java.util.Map;
import java.util.TreeMap;

/** Counts images by label. Not thread-safe. */
final class LabelVisitor implements ImageVisitor {

    private final Map<String, Long> counts = new TreeMap<>();

    @Override
    public void image(StoredImage image) {
        if (image.label() != null) {
            counts.merge(image.label(), 1L, Long::sum);
        }
    }

    @Override
    public void tombstone(String id) {
        // Has no label.
    }

    Map<String, Long> counts() {
        return counts;
    }
}
