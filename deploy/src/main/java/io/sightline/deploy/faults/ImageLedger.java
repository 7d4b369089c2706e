package io.sightline.deploy.faults;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the gateway has acknowledged of each image: the truth that topics and indexes are held against. Thread-safe. */
final class ImageLedger {

    private final Map<String, State> images = new HashMap<>();

    /**
     * An image as it was left.
     *
     * @param label null if it has none
     */
    record State(@Nullable String label, boolean deleted) {}

    /** The image is there, with this label. */
    synchronized void sent(String id, @Nullable String label) {
        images.put(id, new State(label, false));
    }

    /** The image is gone, and its label too. */
    synchronized void deleted(String id) {
        images.put(id, new State(null, true));
    }

    synchronized int size() {
        return images.size();
    }

    /**
     * What differs, by id.
     *
     * @param found label of an image that is there, empty for none; null if there is no such image
     */
    synchronized Map<String, String> differences(Function<String, @Nullable String> found) {
        Map<String, String> differences = new TreeMap<>();
        images.forEach((id, state) -> {
            String label = found.apply(id);
            String wanted = state.label == null ? "" : state.label;
            if (state.deleted && label != null) {
                differences.put(id, "resurrected: its deletion was acknowledged");
            } else if (!state.deleted && label == null) {
                differences.put(id, "lost: it was acknowledged");
            } else if (!state.deleted && !wanted.equals(label)) {
                differences.put(id, "labelled '" + label + "', not '" + wanted + "' as acknowledged");
            }
        });
        return differences;
    }
}
