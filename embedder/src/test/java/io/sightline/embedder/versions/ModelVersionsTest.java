package io.sightline.embedder.versions;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelVersionsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void shouldTakeTheNewestActiveEventAsTheActiveVersion() {
        ModelVersions versions =
                ModelVersions.NONE.with(event("v1", ModelStatus.ACTIVE), 0).with(event("v2", ModelStatus.ACTIVE), 1);

        assertThat(versions.active()).map(ModelEvent::getVersion).contains("v2");
        assertThat(versions.withStatus(ModelStatus.RETIRED))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1");
    }

    @Test
    void shouldGoBackWhenTheOldVersionIsActivatedAgain() {
        ModelVersions versions = ModelVersions.NONE
                .with(event("v1", ModelStatus.ACTIVE), 0)
                .with(event("v2", ModelStatus.ACTIVE), 1)
                .with(event("v1", ModelStatus.RETIRED), 2)
                .with(event("v1", ModelStatus.ACTIVE), 3);

        assertThat(versions.active()).map(ModelEvent::getVersion).contains("v1");
    }

    @Test
    void shouldKeepARetiredVersionAliveUntilItsGraceIsOver() {
        ModelEvent retired = ModelEvent.newBuilder(event("v1", ModelStatus.RETIRED))
                .setExpiresAt(NOW)
                .build();
        ModelVersions versions = ModelVersions.NONE.with(retired, 0).with(event("v2", ModelStatus.ACTIVE), 1);

        assertThat(versions.live(NOW.minusMillis(1)))
                .extracting(ModelEvent::getVersion)
                .containsExactly("v1", "v2");
        assertThat(versions.live(NOW)).extracting(ModelEvent::getVersion).containsExactly("v2");
        assertThat(versions.expired(NOW)).containsExactly(retired);
    }

    @Test
    void shouldNeverGiveAVersionNameTwice() {
        ModelVersions versions = ModelVersions.NONE
                .with(event("v9", ModelStatus.RETIRED), 0)
                .with(event("v10", ModelStatus.REJECTED), 1);

        assertThat(ModelVersions.NONE.nextVersion()).isEqualTo("v1");
        assertThat(versions.nextVersion()).isEqualTo("v11");
        assertThat(versions.all()).extracting(ModelEvent::getVersion).containsExactly("v9", "v10");
    }

    private static ModelEvent event(String version, ModelStatus status) {
        return ModelEvent.newBuilder()
                .setVersion(version)
                .setStatus(status)
                .setEventTime(NOW)
                .setPublishedTime(NOW)
                .setArtifactUri("file:///models/" + version)
                .setManifestSha256("00")
                .setDimensions(8)
                .setPreprocessing("x")
                .setLineage(new Lineage(0L, 0L, 0, 0, Map.of()))
                .build();
    }
}
