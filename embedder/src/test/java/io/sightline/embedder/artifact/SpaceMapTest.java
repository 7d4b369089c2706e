package io.sightline.embedder.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpaceMapTest {

    private static final SpaceMap TURN = new SpaceMap("v1", new float[][] {{0, 1}, {-1, 0}});

    @TempDir
    Path root;

    @Test
    void shouldMapByRows() {
        assertThat(TURN.apply(new float[] {1, 0})).containsExactly(0, 1);
        assertThat(TURN.apply(new float[] {0.6f, 0.8f})).containsExactly(-0.8f, 0.6f);
    }

    @Test
    void shouldTravelInTheArtifactUnderItsManifest() throws Exception {
        ModelArtifact written = TestModels.write(root, "v2", Preprocessing.DRAWING, 2, 1, TURN);

        ModelArtifact opened = ModelArtifact.open(written.directory().toUri(), written.manifestSha256());
        assertThat(SpaceMap.read(opened, "v1").rows()).isDeepEqualTo(TURN.rows());

        Files.write(written.directory().resolve("map-to-v1.f32"), new byte[16]);
        assertThatThrownBy(() -> ModelArtifact.open(written.directory().toUri(), written.manifestSha256()))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("map-to-v1.f32");
    }

    @Test
    void shouldSayWhatIsWrong() {
        ModelArtifact without = TestModels.write(root, "v3", Preprocessing.DRAWING, 2, 1);
        ModelArtifact smaller = TestModels.write(root, "v4", Preprocessing.DRAWING, 3, 1, TURN);

        assertThatThrownBy(() -> SpaceMap.read(without, "v1"))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("map into the space of v1");
        assertThatThrownBy(() -> SpaceMap.read(smaller, "v1"))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("16 bytes");
        assertThatThrownBy(() -> TURN.apply(new float[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3");
        assertThatThrownBy(() -> new SpaceMap("v1", new float[2][3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("square");
    }
}
