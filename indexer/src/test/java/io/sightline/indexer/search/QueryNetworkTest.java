package io.sightline.indexer.search;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.testing.TestImages;
import io.sightline.embedder.testing.TestModels;
import io.sightline.http.ApiException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueryNetworkTest {

    @TempDir
    Path root;

    @Test
    void shouldSayWhatItIsBeforeItIsLoadedAndLoadItWhenItCanBeRead() throws Exception {
        ModelArtifact artifact = TestModels.write(root, "v1", Preprocessing.DRAWING, 2, 1);
        Path away = Files.move(artifact.directory(), root.resolve("away"));

        QueryNetwork network = QueryNetwork.begin(artifact, ImageLimits.DEFAULT);
        try {
            assertThat(network.version()).isEqualTo("v1");
            assertThat(network.dimensions()).isEqualTo(2);
            ApiException failure =
                    catchThrowableOfType(ApiException.class, () -> network.embed(TestImages.grey(28, 28, 100)));
            assertThat(failure.status()).isEqualTo(503);
            assertThat(failure.type()).isEqualTo("network-unavailable");
            assertThat(failure).hasMessageContaining("images cannot be embedded by v1 now");
            await().until(() -> !network.isBeginning());

            Files.move(away, artifact.directory());

            await().ignoreExceptionsInstanceOf(ApiException.class)
                    .untilAsserted(() -> assertThat(network.embed(TestImages.grey(28, 28, 100)))
                            .hasSize(2));
        } finally {
            network.release();
        }
    }

    @Test
    void shouldNotBeHadAtOnceIfItCannotBeLoaded() throws Exception {
        ModelArtifact artifact = TestModels.write(root, "v1", Preprocessing.DRAWING, 2, 1);
        Files.move(artifact.directory(), root.resolve("away"));

        assertThatExceptionOfType(ArtifactException.class)
                .isThrownBy(() -> QueryNetwork.load(artifact, ImageLimits.DEFAULT));
    }
}
