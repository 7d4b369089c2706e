package io.sightline.embedder.runtime;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestModels;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingModelTest {

    @TempDir
    Path root;

    @Test
    void shouldNameTheImageThatHasNoUnitVector() {
        byte[] black = new byte[Preprocessing.DRAWING.bytes()];
        byte[] blind = new byte[Preprocessing.DRAWING.bytes()];
        Arrays.fill(blind, (byte) TestModels.BLIND_SPOT);

        try (EmbeddingModel model = EmbeddingModel.load(TestModels.write(root, "v1", Preprocessing.DRAWING, 4, 1))) {
            assertThatThrownBy(() -> model.embed(List.of(black, blind)))
                    .isInstanceOf(NoUnitVectorException.class)
                    .hasMessageContainingAll("v1", "image 1", "NaN");
        }
    }
}
