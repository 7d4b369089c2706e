package io.sightline.indexer.rollout.gates;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.embedder.testing.Patience;
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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real indexes, and a broker that is not there. */
@Timeout(Patience.TEST_SECONDS)
class GateRunTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final int D = 8;

    @TempDir
    Path root;

    private ModelEvent staged;
    private float[] vector;
    private LuceneStore stagedStore;
    private LuceneStore activeStore;
    private EventReader reader;

    @SuppressWarnings("NullAway.Init") // Opened before each test.
    GateRunTest() {}

    @BeforeEach
    void start() throws Exception {
        var artifact = TestModels.write(root.resolve("models"), "v2", Preprocessing.DRAWING, D, 2);
        staged = TestModels.event(artifact, NOW);
        try (VersionNetwork network = VersionNetwork.load(artifact, ImageLimits.DEFAULT)) {
            vector = network.embed(TestImages.png(30, 30, 1));
        }
        stagedStore = store("v2");
        activeStore = store("v1");
        reader = new EventReader(new KafkaConnection("127.0.0.1:1", "http://127.0.0.1:1"), Duration.ofMillis(500));
    }

    @AfterEach
    void stop() {
        reader.close();
        stagedStore.close();
        activeStore.close();
    }

    @Test
    void shouldHaveStoppedWhenItIsClosed() {
        // Waited for for five seconds, in case that it was deleted a moment ago.
        add(activeStore, "v1", 0);
        GateRun run = GateRun.start(context(activeStore));
        assertThat(run.isRunning()).isTrue();

        long begun = System.nanoTime();
        run.close();

        assertThat(run.isRunning()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        assertThat(run.result()).isEmpty();
        assertThat(run.isUnfinished()).isFalse();
        // Nobody was interrupted within Lucene.
        assertThat(activeStore.find("image-0")).isPresent();
    }

    /** An index that nobody can look into says nothing against its version. */
    @Test
    void shouldConcludeNothingWhileContentsCannotBeHad() {
        add(stagedStore, "v2", 0);
        add(stagedStore, "v2", 1);

        try (GateRun run = GateRun.start(context(null))) {
            await().until(run::isUnfinished);

            assertThat(run.result()).isEmpty();
        }
    }

    @Test
    void shouldFailAVersionWhoseArtifactIsWrong() throws Exception {
        Path graph = folder().resolve("saved_model.pb");
        byte[] bytes = Files.readAllBytes(graph);
        bytes[bytes.length / 2] ^= 1;
        Files.write(graph, bytes);

        try (GateRun run = GateRun.start(context(null))) {
            await().until(() -> run.result().isPresent());

            GateResult result = run.result().orElseThrow();
            assertThat(result.passed()).isFalse();
            assertThat(result.reason()).contains("saved_model.pb has SHA-256");
        }
    }

    @Test
    void shouldKeepTheFiguresOfTheGatesBeforeAnArtifactThatIsWrong() throws Exception {
        Path graph = folder().resolve("saved_model.pb");
        byte[] bytes = Files.readAllBytes(graph);
        bytes[bytes.length / 2] ^= 1;
        Files.write(graph, bytes);

        try (GateRun run = GateRun.start(context(null))) {
            await().until(() -> run.result().isPresent());

            // The count of the images needs no network.
            assertThat(run.result().orElseThrow().figures()).isNotEmpty();
        }
    }

    @Test
    void shouldWaitForAnArtifactThatCannotBeRead() throws Exception {
        Files.move(folder(), root.resolve("away"));

        try (GateRun run = GateRun.start(context(null))) {
            await().until(run::isUnfinished);

            assertThat(run.result()).isEmpty();
        }
    }

    private Path folder() {
        return Path.of(URI.create(staged.getArtifactUri()));
    }

    private GateContext context(@Nullable LuceneStore active) {
        KafkaConnection nowhere = new KafkaConnection("127.0.0.1:1", "http://127.0.0.1:1");
        return new GateContext(
                staged,
                null,
                stagedStore,
                active,
                Map.of(new TopicPartition("sightline.images", 0), 100L),
                List.of(),
                new ImageSource(reader, new RecordSerdes(nowhere), new PayloadReader(null, null, 0)),
                GateSettings.DEFAULT);
    }

    private void add(LuceneStore store, String version, int number) {
        StoredImage.Origin origin = new StoredImage.Origin("sightline.images", 0, number);
        store.upsert(new EmbeddedImage(
                new StoredImage(
                        "image-" + number,
                        version,
                        null,
                        Map.of(),
                        "00ff",
                        "image/png",
                        NOW,
                        origin,
                        new Revision(0, number + 1, 0)),
                vector));
        store.refresh();
    }

    private LuceneStore store(String version) throws Exception {
        return LuceneStore.open(
                root.resolve(version), new StoreKey(version, D, "topic-" + version, "labels"), Clock.systemUTC());
    }
}
