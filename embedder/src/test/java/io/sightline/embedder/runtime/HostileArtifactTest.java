package io.sightline.embedder.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.HostileArtifact;
import io.sightline.embedder.testing.TestModels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Artifacts that must not be used; those whose hashes are right among them. */
class HostileArtifactTest {

    @TempDir
    Path root;

    @ParameterizedTest
    @EnumSource
    void shouldRefuse(HostileArtifact hostile) throws Exception {
        Path victim = root.resolve("victim");
        ModelArtifact artifact = hostile.write(root, "v1", victim);

        assertThatThrownBy(() -> EmbeddingModel.load(
                        ModelArtifact.open(artifact.directory().toUri(), artifact.manifestSha256())))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContainingAll(hostile.said().toArray(String[]::new));

        assertThat(victim).hasContent(HostileArtifact.UNTOUCHED);
    }

    @Test
    void shouldUseAnHonestOne() {
        ModelArtifact artifact = TestModels.write(root, "v2", Preprocessing.DRAWING, 4, 1);

        try (EmbeddingModel model = EmbeddingModel.load(artifact)) {
            assertThat(model.embed(new byte[Preprocessing.DRAWING.bytes()])).hasSize(4);
        }
    }
}
