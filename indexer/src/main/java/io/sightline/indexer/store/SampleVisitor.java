package io.sightline.indexer.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Keeps the ids with the smallest hashes. Not thread-safe. */
final class SampleVisitor implements ImageVisitor {

    private static final Comparator<Hashed> ORDER =
            Comparator.comparingLong(Hashed::hash).thenComparing(Hashed::id);

    private final int most;
    private final PriorityQueue<Hashed> kept = new PriorityQueue<>(ORDER.reversed());

    SampleVisitor(int most) {
        this.most = most;
    }

    private record Hashed(long hash, String id) {}

    @Override
    public void image(StoredImage image) {
        Hashed next = new Hashed(hash(image.id()), image.id());
        if (kept.size() < most) {
            kept.add(next);
        } else if (!kept.isEmpty() && ORDER.compare(next, kept.element()) < 0) {
            kept.remove();
            kept.add(next);
        }
    }

    @Override
    public void tombstone(String id) {
        // Cannot be seen.
    }

    /** In the order of their hashes. */
    List<String> ids() {
        List<Hashed> all = new ArrayList<>(kept);
        all.sort(ORDER);
        return all.stream().map(Hashed::id).toList();
    }

    /** FNV-1a of 64 bits, then Stafford's mix 13: ids that differ in their last digit are far apart. */
    private static long hash(String id) {
        long hash = 0xCBF29CE484222325L;
        for (byte one : id.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (one & 0xFF)) * 0x100000001B3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
        return hash ^ (hash >>> 31);
    }
}
