package io.sightline.indexer.rollout.gates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactUnavailableException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestModels;
import io.sightline.indexer.lineage.EventReader;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.avro.ModelEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real networks and indexes, and one live query by image. */
class ShadowGateTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final KafkaConnection NOWHERE = new KafkaConnection("127.0.0.1:1", "http://127.0.0.1:1");
    private static final int D = 8;
    private static final byte[] QUERY = TestImages.png(30, 30, 1);

    @TempDir
    Path root;

    private ModelArtifact active;
    private ModelArtifact staged;
    private LuceneStore activeStore;
    private LuceneStore stagedStore;
    private EventReader reader;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    ShadowGateTest() {}

    @BeforeEach
    void start() throws Exception {
        active = TestModels.write(root.resolve("models"), "v1", Preprocessing.DRAWING, D, 1);
        staged = TestModels.write(root.resolve("models"), "v2", Preprocessing.DRAWING, D, 2);
        activeStore = filled(active);
        stagedStore = filled(staged);
        reader = new EventReader(NOWHERE);
    }

    @AfterEach
    void stop() {
        reader.close();
        stagedStore.close();
        activeStore.close();
    }

    @Test
    void shouldCompareTheNeighboursOfAnImage() {
        GateResult result = look();

        assertThat(result.passed()).isTrue();
        // The query, and the image of the index that stands in for others; that one has no neighbour.
        assertThat(result.figures()).containsEntry("shadow.queries", 1.0).containsEntry("shadow.overlapAt10", 1.0);
    }

    @Test
    void shouldNotPassAVersionWhoseArtifactIsWrong() throws IOException {
        alter(staged);

        assertThatExceptionOfType(ArtifactException.class)
                .isThrownBy(this::look)
                .isNotInstanceOf(ArtifactUnavailableException.class)
                .withMessageContaining("saved_model.pb has SHA-256");
    }

    @Test
    void shouldNotPassAVersionWhoseArtifactCannotBeRead() throws IOException {
        Files.move(staged.directory(), root.resolve("away"));

        assertThatExceptionOfType(ArtifactUnavailableException.class).isThrownBy(this::look);
    }

    @Test
    void shouldHoldNothingAgainstAVersionThatReplacesOneWithoutAnArtifact() throws IOException {
        alter(active);

        GateResult result = look();

        assertThat(result.passed()).isTrue();
        assertThat(result.reason()).contains("without those by image");
        assertThat(result.figures()).containsEntry("shadow.queries", 0.0);
    }

    private GateResult look() {
        GateContext context = new GateContext(
                event(staged),
                event(active),
                stagedStore,
                activeStore,
                Map.of(),
                List.of(new LiveQuery(null, QUERY)),
                new ImageSource(reader, new RecordSerdes(NOWHERE), new PayloadReader(null, null, 0)),
                GateSettings.DEFAULT);
        return new ShadowGate().look(context, new StopSign());
    }

    private static ModelEvent event(ModelArtifact artifact) {
        return TestModels.event(artifact, NOW);
    }

    private static void alter(ModelArtifact artifact) throws IOException {
        Path file = artifact.directory().resolve("saved_model.pb");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    /** An index with the one image, as that network sees it. */
    private LuceneStore filled(ModelArtifact artifact) throws Exception {
        String version = artifact.descriptor().version();
        LuceneStore store = LuceneStore.open(
                root.resolve(version), new StoreKey(version, D, "topic-" + version, "labels"), Clock.systemUTC());
        try (VersionNetwork network = VersionNetwork.load(artifact, ImageLimits.DEFAULT)) {
            store.upsert(new EmbeddedImage(
                    new StoredImage(
                            "image-1",
                            version,
                            null,
                            Map.of(),
                            "00ff",
                            "image/png",
                            NOW,
                            new StoredImage.Origin("sightline.images", 0, 0),
                            new Revision(0, 1, 0)),
                    network.embed(QUERY)));
        }
        store.refresh();
        return store;
    }
}
