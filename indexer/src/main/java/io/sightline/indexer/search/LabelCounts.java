package io.sightline.indexer.search;

import io.sightline.indexer.store.VectorStore;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many images each label has. To count them reads what is known of every image, so one caller at a time does it; the others
 * get what was counted before, and wait only if nothing was. Thread-safe.
 *
 * <p>On failure: what the store throws; the next caller tries again.
 */
final class LabelCounts {

    private static final Duration KEPT = Duration.ofSeconds(10);
    private static final Comparator<Label> ORDER =
            Comparator.comparingLong(Label::images).reversed().thenComparing(Label::label);

    private final Function<VectorStore, Map<String, Long>> count;
    private final LongSupplier nanoTime;
    private final ReentrantLock counting = new ReentrantLock();
    private volatile @Nullable Known known;

    /**
     * Counts nothing yet.
     *
     * @param count of the labels of a store
     * @param nanoTime as {@link System#nanoTime}
     */
    LabelCounts(Function<VectorStore, Map<String, Long>> count, LongSupplier nanoTime) {
        this.count = count;
        this.nanoTime = nanoTime;
    }

    /** A label, and how many images have it. */
    record Label(String label, long images) {}

    /** The same, with the label in lower case, which every request compares. */
    record Counted(Label label, String lowerCase) {}

    private record Known(VectorStore store, long nanos, List<Counted> labels) {}

    /** Those of most images first; ten seconds old at most, unless somebody counts them now. */
    List<Counted> of(VectorStore store) {
        Known last = known;
        if (last == null || !last.store.equals(store)) {
            counting.lock();
            try {
                return countedOnce(store);
            } finally {
                counting.unlock();
            }
        }
        if (isFresh(last) || !counting.tryLock()) {
            return last.labels;
        }
        try {
            return countedOnce(store);
        } finally {
            counting.unlock();
        }
    }

    private List<Counted> countedOnce(VectorStore store) {
        Known last = known;
        if (last != null && last.store.equals(store) && isFresh(last)) {
            return last.labels;
        }
        List<Counted> labels = count.apply(store).entrySet().stream()
                .map(one -> new Label(one.getKey(), one.getValue()))
                .sorted(ORDER)
                .map(label -> new Counted(label, label.label().toLowerCase(Locale.ROOT)))
                .toList();
        known = new Known(store, nanoTime.getAsLong(), labels);
        return labels;
    }

    private boolean isFresh(Known last) {
        return nanoTime.getAsLong() - last.nanos < KEPT.toNanos();
    }
}
