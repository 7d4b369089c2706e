package io.sightline.trainer.rounds;

import io.sightline.embedder.erasure.Holder;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The images that a step trains on or an evaluation searches in at this moment, holdout and all, as a place that holds
 * images: what was deleted may be in it until it is put down. Thread-safe.
 */
final class SnapshotInHand implements Holder {

    private final String id;
    private final ErasedReplay store;
    private @Nullable ReplaySnapshot snapshot;

    /** @param store whose snapshots these are: what it still has may be taken up again */
    SnapshotInHand(String id, ErasedReplay store) {
        this.id = id;
        this.store = store;
    }

    /**
     * Begins to use a snapshot, and no other any more.
     *
     * @param taken makes the snapshot
     */
    synchronized ReplaySnapshot take(Supplier<ReplaySnapshot> taken) {
        ReplaySnapshot fresh = taken.get();
        snapshot = fresh;
        return fresh;
    }

    /** Uses none any more. */
    synchronized void putDown() {
        snapshot = null;
    }

    private synchronized @Nullable ReplaySnapshot present() {
        return snapshot;
    }

    @Override
    public String place() {
        return "holdout";
    }

    @Override
    public String id() {
        return id;
    }

    /** It is of a store that lasts: what the store may still hold can come back into it. */
    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        Map<Erasure, String> done = new HashMap<>();
        // In this order: what leaves the store is in no snapshot that is taken afterwards.
        List<Erasure> left = List.copyOf(store.erase(pending).keySet());
        ReplaySnapshot present = present();
        for (Erasure erasure : left) {
            if (present == null || isAfter(present, erasure) || !present.contains(erasure.getId())) {
                done.put(erasure, "no step and no evaluation has it in hand");
            }
        }
        return done;
    }

    private static boolean isAfter(ReplaySnapshot snapshot, Erasure erasure) {
        return snapshot.offsets().getOrDefault(Topics.IMAGES + "-" + erasure.getPartition(), 0L) > erasure.getOffset();
    }
}
