package io.sightline.trainer.replay;

import io.sightline.embedder.versions.HoldoutRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The replay store at one moment, split by the holdout rule. Classes and the images in them are sorted, so that the
 * same content gives the same batches. Immutable.
 *
 * @param training images to train on, by class
 * @param holdout images to evaluate on, by class
 * @param offsets topic-partition to next offset: the events behind it
 */
public record ReplaySnapshot(
        SortedMap<String, List<ReplayItem>> training,
        SortedMap<String, List<ReplayItem>> holdout,
        Map<String, Long> offsets) {

    /** The order of the images of a class. */
    static final Comparator<ReplayItem> BY_ID = Comparator.comparing(ReplayItem::id);

    /** Sorts and splits items. */
    public static ReplaySnapshot of(Collection<ReplayItem> items, HoldoutRule rule, Map<String, Long> offsets) {
        SortedMap<String, List<ReplayItem>> classes =
                items.stream().collect(Collectors.groupingBy(ReplayItem::label, TreeMap::new, Collectors.toList()));
        classes.values().forEach(list -> list.sort(BY_ID));
        return ofClasses(classes, rule, offsets);
    }

    /**
     * Splits classes, without a look at their images where whole classes are held out.
     *
     * @param classes images by class, sorted by {@link #BY_ID}; the lists are kept and must not change
     */
    static ReplaySnapshot ofClasses(
            SortedMap<String, List<ReplayItem>> classes, HoldoutRule rule, Map<String, Long> offsets) {
        SortedMap<String, List<ReplayItem>> training = new TreeMap<>();
        SortedMap<String, List<ReplayItem>> holdout = new TreeMap<>();
        if (rule.isByImages(classes.size())) {
            classes.forEach(
                    (label, items) -> items.forEach(item -> (rule.isImageHeldOut(item.id()) ? holdout : training)
                            .computeIfAbsent(label, name -> new ArrayList<>())
                            .add(item)));
        } else {
            classes.forEach((label, items) -> (rule.isHeldOut(label) ? holdout : training).put(label, items));
        }
        return new ReplaySnapshot(training, holdout, Map.copyOf(offsets));
    }

    /** Whether an image is in it, in training or holdout. */
    public boolean contains(String id) {
        return Stream.concat(training.values().stream(), holdout.values().stream())
                .flatMap(List::stream)
                .anyMatch(item -> item.id().equals(id));
    }

    /** Training images in all. */
    public int trainingImages() {
        return training.values().stream().mapToInt(List::size).sum();
    }

    /** Classes with at least the given number of training images. */
    public List<String> classesWith(int images) {
        return training.entrySet().stream()
                .filter(entry -> entry.getValue().size() >= images)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** All holdout images, by class and id. */
    public List<ReplayItem> holdoutItems() {
        return holdout.values().stream().flatMap(List::stream).toList();
    }

    /** All training images, by class and id. */
    public List<ReplayItem> trainingItems() {
        return training.values().stream().flatMap(List::stream).toList();
    }

    /** All classes, those held out too. */
    public SortedSet<String> classes() {
        SortedSet<String> all = new TreeSet<>(training.keySet());
        all.addAll(holdout.keySet());
        return all;
    }
}
