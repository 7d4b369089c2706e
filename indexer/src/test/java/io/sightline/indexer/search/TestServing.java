package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.versions.SoleDecider;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A serving switch over real indexes and real networks of {@value #D} dimensions, without Kafka. */
final class TestServing implements AutoCloseable {

    static final int D = 8;
    static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    final SearchEvents events = new SearchEvents(Clock.systemUTC());
    final ServingSwitch serving;
    private final Path root;
    private final Map<String, LuceneStore> stores = new ConcurrentHashMap<>();
    private final AtomicLong offset = new AtomicLong();
    private final SoleDecider decider = SoleDecider.inMemory();

    TestServing(Path root) {
        this.root = root;
        this.serving = new ServingSwitch(
                decider::versions,
                new ServingSwitch.Stores() {
                    @Override
                    public Optional<VectorStore> ready(String version) {
                        return Optional.ofNullable(stores.get(version));
                    }

                    @Override
                    public double progress(String version) {
                        return 0;
                    }
                },
                ImageLimits.DEFAULT,
                events::activated);
    }

    /** Makes a version with an empty index that is not active yet; returns the index. */
    LuceneStore open(String version) throws StoreDamagedException {
        LuceneStore store = LuceneStore.open(
                root.resolve("index").resolve(version),
                new StoreKey(version, D, "topic-" + version, "labels"),
                Clock.systemUTC());
        stores.put(version, store);
        return store;
    }

    /** Makes a version the active one, and waits until it answers. */
    void activate(String version) {
        ModelArtifact artifact =
                TestModels.write(root.resolve("models"), version, Preprocessing.DRAWING, D, version.hashCode());
        decider.move(TestModels.event(artifact, NOW), ModelStatus.ACTIVE);
        await().until(() -> serving.version().equals(Optional.of(version)));
    }

    /** Says that a version is active, with whatever artifact. */
    void announce(String version, ModelArtifact artifact) {
        ModelEvent event = ModelEvent.newBuilder(TestModels.event(artifact, NOW))
                .setVersion(version)
                .build();
        decider.move(event, ModelStatus.ACTIVE);
    }

    /** An image whose cosine with the first axis is given. */
    EmbeddedImage image(String version, String id, @Nullable String label, double cosine) {
        float[] vector = new float[D];
        vector[0] = (float) cosine;
        vector[1] = (float) Math.sqrt(1 - cosine * cosine);
        long next = offset.incrementAndGet();
        return new EmbeddedImage(
                new StoredImage(
                        id,
                        version,
                        label,
                        Map.of("shape", id),
                        "00ff",
                        "image/png",
                        NOW,
                        new StoredImage.Origin("sightline.images", 3, next * 10),
                        new Revision(3, next, 0)),
                vector);
    }

    /** The first axis. */
    static float[] axis() {
        float[] vector = new float[D];
        vector[0] = 1;
        return vector;
    }

    @Override
    public void close() {
        serving.close();
        stores.values().forEach(LuceneStore::close);
    }
}
