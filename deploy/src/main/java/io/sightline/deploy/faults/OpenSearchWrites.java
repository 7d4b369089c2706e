package io.sightline.deploy.faults;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.ImageVisitor;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes to a store, one after the other, and what the store must hold for those that it acknowledged. A write is
 * acknowledged when a commit behind it returns. For one thread.
 */
final class OpenSearchWrites {

    static final String VERSION = "v1";
    static final int DIMENSIONS = 128;

    private static final String TOPIC = "sightline.images";
    private static final TopicPartition EMBEDDINGS = new TopicPartition("sightline.embeddings." + VERSION, 0);
    /** One write of so many deletes an older image. */
    private static final int DELETE_EVERY = 10;

    private final VectorStore store;
    private final long seed;
    private final SplittableRandom random;
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, Long> unacknowledged = new HashMap<>();
    private final Set<String> deleted = new HashSet<>();
    private int images;
    private long next;
    private int acknowledged;
    private long lastRefresh = System.nanoTime();

    OpenSearchWrites(VectorStore store, long seed) {
        this.store = store;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    /** Writes a new image. */
    void upsertNew() {
        upsert("image-" + images++);
    }

    /** Writes a new image, or an older one again, or deletes one. */
    void any() {
        String old = "image-" + random.nextInt(images);
        if (random.nextInt(DELETE_EVERY) == 0) {
            store.delete(old, new Revision(0, next + 1, 0));
            deleted.add(old);
            unacknowledged.put(old, next++);
        } else if (random.nextBoolean()) {
            upsert(old);
        } else {
            upsertNew();
        }
    }

    private void upsert(String id) {
        StoredImage image = new StoredImage(
                id,
                VERSION,
                null,
                Map.of("write", String.valueOf(next)),
                "00ff",
                "image/png",
                Instant.ofEpochMilli(next),
                new StoredImage.Origin(TOPIC, 0, next),
                new Revision(0, next + 1, 0));
        store.upsert(new EmbeddedImage(image, vector(seed + next)));
        deleted.remove(id);
        unacknowledged.put(id, next++);
    }

    /** Returns when all that was written is acknowledged. */
    void commit() {
        store.commit(Map.of(EMBEDDINGS, next));
        newest.putAll(unacknowledged);
        acknowledged += unacknowledged.size();
        unacknowledged.clear();
    }

    /** Makes all searchable. */
    void refresh() {
        store.refresh();
        lastRefresh = System.nanoTime();
    }

    /** When it was refreshed last, of {@link System#nanoTime}. */
    long lastRefresh() {
        return lastRefresh;
    }

    /** Documents, images and tombstones, that were acknowledged so far, counted once a commit. */
    int acknowledged() {
        return acknowledged;
    }

    /** Compares a store with what was acknowledged; all of it is refreshed. */
    Loss loss(VectorStore stored) {
        Map<String, Long> found = new HashMap<>();
        Set<String> tombstones = new HashSet<>();
        int[] twice = {0};
        stored.scan(new ImageVisitor() {
            @Override
            public void image(StoredImage image) {
                if (found.put(image.id(), image.origin().offset()) != null) {
                    twice[0]++;
                }
            }

            @Override
            public void tombstone(String id) {
                if (!tombstones.add(id)) {
                    twice[0]++;
                }
            }
        });
        int missing = 0;
        int older = 0;
        int resurrected = 0;
        for (Map.Entry<String, Long> write : newest.entrySet()) {
            String id = write.getKey();
            if (deleted.contains(id)) {
                resurrected += found.containsKey(id) ? 1 : 0;
                missing += tombstones.contains(id) ? 0 : 1;
            } else if (!found.containsKey(id)) {
                missing++;
            } else if (!write.getValue().equals(found.get(id))) {
                older++;
            }
        }
        return new Loss(newest.size(), missing, older, resurrected, twice[0]);
    }

    /**
     * What a store has lost.
     *
     * @param documents that were acknowledged and not replaced since
     * @param missing of them are not there
     * @param older of them are there as they were before
     * @param resurrected are there though they were deleted
     * @param twice are there twice
     */
    record Loss(int documents, int missing, int older, int resurrected, int twice) {
        boolean isNone() {
            return missing == 0 && older == 0 && resurrected == 0 && twice == 0;
        }
    }

    /** A unit vector; the same number gives the same. */
    static float[] vector(long number) {
        SplittableRandom random = new SplittableRandom(number);
        float[] vector = new float[DIMENSIONS];
        double squared = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) random.nextGaussian();
            squared += (double) vector[i] * vector[i];
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] /= (float) Math.sqrt(squared);
        }
        return vector;
    }
}
