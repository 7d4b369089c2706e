package io.sightline.trainer.replay;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

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

    /** Sorts and splits items. */
    public static ReplaySnapshot of(Collection<ReplayItem> items, HoldoutRule rule, Map<String, Long> offsets) {
        long classes = items.stream().map(ReplayItem::label).distinct().count();
        Predicate<ReplayItem> heldOut = rule.isByImages((int) classes)
                ? item -> rule.isImageHeldOut(item.id())
                : item -> rule.isHeldOut(item.label());
        Map<Boolean, List<ReplayItem>> split = items.stream().collect(Collectors.partitioningBy(heldOut));
        List<ReplayItem> training = split.getOrDefault(false, List.of());
        List<ReplayItem> holdout = split.getOrDefault(true, List.of());
        return new ReplaySnapshot(byClass(training), byClass(holdout), Map.copyOf(offsets));
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

    private static SortedMap<String, List<ReplayItem>> byClass(List<ReplayItem> items) {
        SortedMap<String, List<ReplayItem>> classes =
                items.stream().collect(Collectors.groupingBy(ReplayItem::label, TreeMap::new, Collectors.toList()));
        classes.values().forEach(list -> list.sort(Comparator.comparing(ReplayItem::id)));
        return classes;
    }
}
