package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.testing.HostileArtifact;
import io.sightline.embedder.testing.Patience;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.embedder.versions.SoleDecider;
import io.sightline.http.ApiException;
import io.sightline.indexer.store.StoreDamagedException;
import io.sightline.indexer.store.StoreKey;
import io.sightline.indexer.store.StoreUnavailableException;
import io.sightline.indexer.store.VectorStore;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(Patience.TEST_SECONDS)
class ServingSwitchTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final SpaceMap TURN = new SpaceMap("v1", new float[][] {{0, 1}, {-1, 0}});

    @TempDir
    Path root;

    private final AtomicInteger looks = new AtomicInteger();
    private volatile boolean ready = true;

    @Test
    void shouldTryACompatibleVersionAgainAndAnswerMeanwhile() throws Exception {
        ModelArtifact active = TestModels.write(root, "v1", Preprocessing.DRAWING, 2, 1);
        ModelArtifact compatible = TestModels.write(root, "v2", Preprocessing.DRAWING, 2, 2, TURN);
        SoleDecider decider = SoleDecider.inMemory();
        decider.move(TestModels.event(active, NOW), ModelStatus.ACTIVE);
        decider.move(compatibleWith("v1", TestModels.event(compatible, NOW)), ModelStatus.STAGED);
        ModelVersions versions = decider.versions();
        Path away = Files.move(compatible.directory(), root.resolve("away"));

        try (LuceneStore store = openStore();
                ServingSwitch serving = follow(versions, store)) {
            await().until(() -> serving.version().equals(Optional.of("v1")));
            Serving before = serving.answer(Function.identity());
            int seen = looks.get();
            await().until(() -> looks.get() > seen + 3);
            assertThat(serving.<Serving>answer(Function.identity())).isSameAs(before);
            assertThat(serving.bridge()).isEmpty();

            Files.move(away, compatible.directory());

            await().until(() -> serving.bridge().equals(Optional.of("v2")));
            assertThat(serving.<String>answer(Serving::version)).isEqualTo("v1");
        }
    }

    /** Of v1. */
    private LuceneStore openStore() throws StoreDamagedException {
        return LuceneStore.open(root.resolve("index"), new StoreKey("v1", 2, "topic", "labels"), Clock.systemUTC());
    }

    /** v1 is active, and there is no other. */
    private ModelVersions activeVersion() throws IOException {
        SoleDecider decider = SoleDecider.inMemory();
        decider.move(
                TestModels.event(TestModels.write(root, "v1", Preprocessing.DRAWING, 2, 1), NOW), ModelStatus.ACTIVE);
        return decider.versions();
    }

    @Test
    void shouldSayThatAnIndexIsBeingBuiltAndAnswerWhenItIs() throws Exception {
        try (LuceneStore store = openStore();
                ServingSwitch serving = follow(activeVersion(), store)) {
            ready = false;
            await().untilAsserted(() -> assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> serving.answer(Function.identity()))
                    .withMessageContaining("the index of v1 is being opened and read from its embeddings, 25 %"));

            ready = true;
            await().until(() -> serving.version().equals(Optional.of("v1")));

            // It failed, and is opened anew.
            ready = false;
            await().until(() -> serving.version().isEmpty());
        }
    }

    @Test
    void shouldAnswerAfterAStartThoughNoImageCanBeEmbeddedYet() throws Exception {
        ModelArtifact broken = HostileArtifact.READS_FILES.write(root, "v1", root.resolve("victim"));
        SoleDecider decider = SoleDecider.inMemory();
        decider.move(TestModels.event(broken, NOW), ModelStatus.ACTIVE);

        try (LuceneStore store = openStore();
                ServingSwitch serving = follow(decider.versions(), store)) {
            await().until(() -> serving.version().equals(Optional.of("v1")));

            assertThat(serving.<VectorStore>answer(Serving::store)).isSameAs(store);
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> serving.answer(ServingSwitchTest::embed))
                    .withMessageContaining("images cannot be embedded by v1 now");
        }
    }

    private static float[] embed(Serving version) {
        try {
            return version.network().embed(TestImages.grey(28, 28, 100));
        } catch (RejectedImageException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldSayThatTheIndexCannotBeAskedNow() throws Exception {
        try (LuceneStore store = openStore();
                ServingSwitch serving = follow(activeVersion(), store)) {
            await().until(() -> serving.version().equals(Optional.of("v1")));

            ApiException failure = catchThrowableOfType(
                    ApiException.class,
                    () -> serving.answer(version -> {
                        throw new StoreUnavailableException("nobody is there; see whether it is up", null);
                    }));

            assertThat(failure.status()).isEqualTo(503);
            assertThat(failure.type()).isEqualTo("index-unavailable");
            assertThat(failure)
                    .hasMessage("the index of v1 cannot be asked now: nobody is there; see whether it is up;"
                            + " then try again");
        }
    }

    private ServingSwitch follow(ModelVersions versions, LuceneStore store) {
        return new ServingSwitch(
                () -> {
                    looks.incrementAndGet();
                    return versions;
                },
                new ServingSwitch.Stores() {
                    @Override
                    public Optional<VectorStore> ready(String version) {
                        return ready ? Optional.of(store) : Optional.empty();
                    }

                    @Override
                    public double progress(String version) {
                        return 0.25;
                    }
                },
                ImageLimits.DEFAULT,
                version -> {},
                Duration.ofMillis(1));
    }

    private static ModelEvent compatibleWith(String version, ModelEvent event) {
        return ModelEvent.newBuilder(event).setCompatibleWith(version).build();
    }
}
