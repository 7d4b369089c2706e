package io.sightline.trainer.replay;

import com.google.common.hash.Hashing;
import io.sightline.embedder.versions.HoldoutRule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The labelled images of all partitions that this process has, within bounds. Thread-safe.
 *
 * <p>Each partition is bounded by itself, in images a class and in bytes. Which images of a class stay is decided by
 * the hash of their ids, the lowest ones (bottom-k sampling): a uniform sample that does not depend on the order of
 * arrival, so a record that is delivered again, or a restart, changes nothing.
 */
public final class ReplayBuffer {

    private final int imagesPerClass;
    private final long maxBytes;
    private final Map<Integer, Partition> partitions = new HashMap<>();
    private final Map<String, Long> offsets = new HashMap<>();

    /** Images by class as the last snapshot had them, and the classes of which that is no longer true. */
    private final SortedMap<String, List<ReplayItem>> sorted = new TreeMap<>();

    private final Set<String> changedClasses = new HashSet<>();
    private long changes;
    private @Nullable ReplaySnapshot cached;
    private @Nullable HoldoutRule cachedRule;

    /**
     * Bounds of one partition.
     *
     * @param imagesPerClass images of a class that a partition keeps
     * @param maxBytes bytes of pixels that a partition keeps
     */
    public ReplayBuffer(int imagesPerClass, long maxBytes) {
        if (imagesPerClass < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("the replay store needs room for at least one image of a class, not "
                    + imagesPerClass + " images and " + maxBytes + " bytes");
        }
        this.imagesPerClass = imagesPerClass;
        this.maxBytes = maxBytes;
    }

    /**
     * Adds or replaces an image.
     *
     * @return ids that had to leave, perhaps this one
     */
    public synchronized List<String> put(int partition, ReplayItem item) {
        Partition home = partitions.computeIfAbsent(partition, p -> new Partition());
        ReplayItem replaced = home.remove(item.id());
        home.add(item);
        Set<String> touched = new HashSet<>(Set.of(item.label()));
        if (replaced != null) {
            touched.add(replaced.label());
        }
        List<String> evicted = new ArrayList<>();
        NavigableSet<ReplayItem> sameClass = home.sameClass(item.label());
        while (sameClass.size() > imagesPerClass) {
            evicted.add(home.evictFrom(sameClass));
        }
        while (home.bytes > maxBytes) {
            NavigableSet<ReplayItem> largest = home.largestClass();
            touched.add(largest.first().label());
            evicted.add(home.evictFrom(largest));
        }
        // In a full store most new images leave at once: then nothing has changed.
        if (replaced != null || !evicted.equals(List.of(item.id()))) {
            changed(touched);
        }
        return evicted;
    }

    /** Bytes of pixels in all partitions. */
    public synchronized long bytes() {
        return partitions.values().stream()
                .mapToLong(partition -> partition.bytes)
                .sum();
    }

    /** Removes an image, if it is there. */
    public synchronized void remove(int partition, String id) {
        Partition home = partitions.get(partition);
        ReplayItem removed = home == null ? null : home.remove(id);
        if (removed != null) {
            changed(Set.of(removed.label()));
        }
    }

    /** Another process took the partition over. */
    public synchronized void drop(int partition) {
        Partition dropped = partitions.remove(partition);
        if (dropped != null) {
            changed(dropped.classes.keySet());
        }
    }

    /** Notes how far a topic-partition was read. */
    public synchronized void seen(String topic, int partition, long nextOffset) {
        offsets.merge(topic + "-" + partition, nextOffset, Math::max);
    }

    /**
     * Whether anything of an image is here, also in what is kept for the next snapshot.
     */
    public synchronized boolean holds(String id) {
        changedClasses.forEach(this::refresh);
        changedClasses.clear();
        return partitions.values().stream().anyMatch(partition -> partition.items.containsKey(id))
                || sorted.values().stream()
                        .flatMap(List::stream)
                        .anyMatch(item -> item.id().equals(id));
    }

    /** Up to where a topic-partition was seen, 0 if it was not. */
    public synchronized long seen(String topic, int partition) {
        return offsets.getOrDefault(topic + "-" + partition, 0L);
    }

    /** Grows with every change of the content. */
    public synchronized long changes() {
        return changes;
    }

    /**
     * The content now. The same object as before when nothing has changed; what it costs is by the classes that have
     * changed since the last one, not by the images in the store.
     */
    public synchronized ReplaySnapshot snapshot(HoldoutRule rule) {
        if (cached == null || !rule.equals(cachedRule)) {
            changedClasses.forEach(this::refresh);
            changedClasses.clear();
            cached = ReplaySnapshot.ofClasses(sorted, rule, offsets);
            cachedRule = rule;
        }
        return cached;
    }

    /** The list is a new one: earlier snapshots hold the old one. */
    private void refresh(String label) {
        List<ReplayItem> items = new ArrayList<>();
        partitions.values().forEach(partition -> items.addAll(partition.ofClass(label)));
        if (items.isEmpty()) {
            sorted.remove(label);
        } else {
            items.sort(ReplaySnapshot.BY_ID);
            sorted.put(label, items);
        }
    }

    private void changed(Collection<String> labels) {
        changedClasses.addAll(labels);
        changes++;
        cached = null;
    }

    private static final class Partition {

        private final Map<String, ReplayItem> items = new HashMap<>();
        private final Map<String, NavigableSet<ReplayItem>> classes = new HashMap<>();
        private long bytes;

        void add(ReplayItem item) {
            items.put(item.id(), item);
            sameClass(item.label()).add(item);
            bytes += item.pixels().length;
        }

        @Nullable
        ReplayItem remove(String id) {
            ReplayItem item = items.remove(id);
            if (item == null) {
                return null;
            }
            NavigableSet<ReplayItem> sameClass = sameClass(item.label());
            sameClass.remove(item);
            if (sameClass.isEmpty()) {
                classes.remove(item.label());
            }
            bytes -= item.pixels().length;
            return item;
        }

        Collection<ReplayItem> ofClass(String label) {
            NavigableSet<ReplayItem> own = classes.get(label);
            return own == null ? List.of() : own;
        }

        NavigableSet<ReplayItem> sameClass(String label) {
            return classes.computeIfAbsent(label, name -> new TreeSet<>(BY_PRIORITY));
        }

        NavigableSet<ReplayItem> largestClass() {
            return classes.values().stream()
                    .max(Comparator.comparingInt(NavigableSet::size))
                    .orElseThrow();
        }

        String evictFrom(NavigableSet<ReplayItem> sameClass) {
            String id = sameClass.last().id();
            remove(id);
            return id;
        }
    }

    private static final Comparator<ReplayItem> BY_PRIORITY =
            Comparator.comparingLong(ReplayBuffer::priority).thenComparing(ReplayItem::id);

    private static long priority(ReplayItem item) {
        byte[] hash = Hashing.murmur3_128()
                .hashString(item.id(), StandardCharsets.UTF_8)
                .asBytes();
        return ByteBuffer.wrap(hash).getLong();
    }
}
