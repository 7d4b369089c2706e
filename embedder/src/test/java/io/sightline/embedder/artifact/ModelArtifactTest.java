package io.sightline.embedder.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.testing.TestModels;
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
    void shouldSayWhichPartOfAnImageIsSeen() {
        Preprocessing centre = new Preprocessing(16, 3, false, Preprocessing.Crop.CENTRE);
        ModelArtifact cropped = TestModels.write(root, "v2", centre, 8, 42);

        ModelArtifact opened = ModelArtifact.open(cropped.directory().toUri(), cropped.manifestSha256());

        assertThat(opened.descriptor().preprocessing()).isEqualTo(centre);
    }

    @Test
    void shouldReadAndWriteTheSquareAsEarlierReleasesDid() throws Exception {
        String earlier = "{\"version\":\"v1\",\"dimensions\":8,"
                + "\"preprocessing\":{\"size\":28,\"channels\":1,\"invert\":true},\"network\":\"conv\"}";

        ModelDescriptor read = ModelArtifact.JSON.readValue(earlier, ModelDescriptor.class);

        assertThat(read.preprocessing()).isEqualTo(Preprocessing.DRAWING);
        assertThat(ModelArtifact.JSON.writeValueAsString(read)).isEqualTo(earlier);
    }
}
