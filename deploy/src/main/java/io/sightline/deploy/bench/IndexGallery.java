package io.sightline.deploy.bench;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.indexer.store.lucene.Quantisation;
import io.sightline.schemas.Topics;
import io.sightline.schemas.Vectors;
import io.sightline.schemas.avro.Coordinates;
import io.sightline.schemas.avro.Embedding;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;

/** Images that are nothing but drawn vectors, and a retrieval store of them. */
final class IndexGallery {

    static final String VERSION = "v1";
    static final String SMALL_GROUP = "one-of-100";
    static final String LARGE_GROUP = "one-of-10";
    static final String GROUP_TAG = "group";

    private static final Duration LONG_REST = Duration.ofDays(1);
    private static final int BETWEEN_REFRESHES = 10_000;

    private IndexGallery() {}

    static String id(int index) {
        return "image-" + index;
    }

    /** Label of an image: one in a hundred has the small group's. */
    static String group(int index) {
        return index % 100 == 0 ? SMALL_GROUP : "other";
    }

    /** Tag of an image: one in ten has the large group's. */
    static String largeGroup(int index) {
        return index % 10 == 0 ? LARGE_GROUP : "others";
    }

    /** What a lane would have written. */
    static Embedding embedding(int index, float[] vector, Instant time) {
        return new Embedding(
                Vectors.encode(vector),
                VERSION,
                "00ff",
                "image/jpeg",
                Map.of(GROUP_TAG, largeGroup(index)),
                time,
                new Coordinates(Topics.IMAGES, 0, (long) index));
    }

    /** Builds a store of one segment and opens it. */
    static LuceneStore build(Path path, Quantisation quantisation, float[][] vectors)
            throws StoreDamagedException, InterruptedException {
        LuceneStore store = LuceneStore.open(path, key(vectors), quantisation, Clock.systemUTC());
        try {
            write(store, vectors);
            while (store.segments() > 1) {
                store.rest(LONG_REST);
                TimeUnit.MILLISECONDS.sleep(10);
                store.refresh();
            }
            commit(store, vectors);
            return store;
        } catch (RuntimeException | InterruptedException | Error e) {
            store.close();
            throw e;
        }
    }

    /** Of a store of these vectors. */
    static StoreKey key(float[][] vectors) {
        return new StoreKey(VERSION, vectors[0].length, "bench", "bench");
    }

    /** Writes all, makes it searchable and commits. */
    static void write(VectorStore store, float[][] vectors) {
        for (int i = 0; i < vectors.length; i++) {
            store.upsert(new EmbeddedImage(image(i), vectors[i]));
            if (i % BETWEEN_REFRESHES == BETWEEN_REFRESHES - 1) {
                store.refresh();
            }
        }
        store.refresh();
        commit(store, vectors);
    }

    private static void commit(VectorStore store, float[][] vectors) {
        store.commit(Map.of(new TopicPartition(Topics.embeddings(VERSION), 0), (long) vectors.length));
    }

    private static StoredImage image(int index) {
        return new StoredImage(
                id(index),
                VERSION,
                group(index),
                Map.of(GROUP_TAG, largeGroup(index)),
                "00ff",
                "image/jpeg",
                Instant.EPOCH,
                new StoredImage.Origin(Topics.IMAGES, 0, index),
                new Revision(0, index + 1, 0));
    }
}
