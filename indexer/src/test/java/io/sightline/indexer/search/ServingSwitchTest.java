package io.sightline.indexer.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.store.lucene.LuceneStore;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServingSwitchTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final SpaceMap TURN = new SpaceMap("v1", new float[][] {{0, 1}, {-1, 0}});

    @TempDir
    Path root;

    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void shouldTryACompatibleVersionAgainAndAnswerMeanwhile() throws Exception {
        ModelArtifact active = TestModels.write(root, "v1", Preprocessing.DRAWING, 2, 1);
        ModelArtifact compatible = TestModels.write(root, "v2", Preprocessing.DRAWING, 2, 2, TURN);
        ModelVersions versions = ModelVersions.NONE
                .with(TestModels.event(active, ModelStatus.ACTIVE, NOW), 0)
                .with(compatibleWith("v1", TestModels.event(compatible, ModelStatus.STAGED, NOW)), 1);
        Path away = Files.move(compatible.directory(), root.resolve("away"));

        try (LuceneStore store = new LuceneStore(root.resolve("index"));
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

    private ServingSwitch follow(ModelVersions versions, LuceneStore store) {
        return new ServingSwitch(
                () -> {
                    looks.incrementAndGet();
                    return versions;
                },
                version -> Optional.of(store),
                ImageLimits.DEFAULT,
                Duration.ofMillis(1));
    }

    private static ModelEvent compatibleWith(String version, ModelEvent event) {
        return ModelEvent.newBuilder(event).setCompatibleWith(version).build();
    }
}
