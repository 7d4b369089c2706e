package io.sightline.embedder.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.testing.TestModels;
import io.sightline.schemas.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelArtifactTest {

    @TempDir
    Path root;

    private ModelArtifact written;

    @BeforeEach
    void write() {
        written = TestModels.write(root, "v1", Preprocessing.DRAWING, 8, 42);
    }

    @Test
    void shouldServeWhatWasWritten() {
        ModelArtifact opened = ModelArtifact.open(written.directory().toUri(), written.manifestSha256());
        try (EmbeddingModel model = EmbeddingModel.load(opened)) {
            byte[] pixels = new byte[Preprocessing.DRAWING.bytes()];
            Arrays.fill(pixels, (byte) 200);

            float[][] batch = model.embed(List.of(new byte[pixels.length], pixels));

            assertThat(opened.descriptor()).isEqualTo(written.descriptor());
            assertThat(batch).hasDimensions(2, 8);
            assertThat(model.embed(pixels)).containsExactly(batch[1], org.assertj.core.data.Offset.offset(1e-6f));
        }
    }

    @Test
    void shouldReplaceAFolderThatACrashLeft() {
        ModelArtifact again = TestModels.write(root, "v1", Preprocessing.DRAWING, 8, 43);

        assertThat(ModelArtifact.open(again.directory().toUri(), again.manifestSha256()))
                .isEqualTo(again);
        assertThat(again.manifestSha256()).isNotEqualTo(written.manifestSha256());
    }

    @Test
    void shouldRefuseAFlippedByte() throws Exception {
        Path graph = written.directory().resolve("saved_model.pb");
        byte[] bytes = Files.readAllBytes(graph);
        bytes[bytes.length / 2] ^= 1;
        Files.write(graph, bytes);

        assertRefused("saved_model.pb has SHA-256");
    }

    @Test
    void shouldRefuseAMissingFile() throws Exception {
        Files.delete(written.directory().resolve("model.json"));

        assertRefused("model.json is missing");
    }

    @Test
    void shouldRefuseAnExtraFile() throws Exception {
        Files.writeString(written.directory().resolve("extra.txt"), "boo");

        assertRefused("[extra.txt]");
    }

    @Test
    void shouldRefuseAnotherManifest() throws Exception {
        Path manifest = written.directory().resolve("manifest.json");
        Files.writeString(manifest, Files.readString(manifest) + "\n");

        assertRefused("the artifact was altered");
    }

    @Test
    void shouldRefuseAManifestThatPointsOutside() throws Exception {
        Files.writeString(root.resolve("secret"), "boo");
        Path manifest = written.directory().resolve("manifest.json");
        byte[] altered = Files.readString(manifest)
                .replaceFirst("\\{\\s*\"files\"\\s*:\\s*\\{", "{\"files\":{\"../secret\":\"00\",")
                .getBytes(StandardCharsets.UTF_8);
        Files.write(manifest, altered);

        assertThatThrownBy(() -> ModelArtifact.open(written.directory().toUri(), Sha256.hex(altered)))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining("points outside: ../secret");
    }

    private void assertRefused(String said) {
        assertThatThrownBy(() -> ModelArtifact.open(written.directory().toUri(), written.manifestSha256()))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContaining(said);
    }
}
