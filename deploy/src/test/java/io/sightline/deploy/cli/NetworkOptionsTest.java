package io.sightline.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.Weight;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.training.Augmentation;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class NetworkOptionsTest {

    private static final ConvNet NET = new ConvNet(Preprocessing.DRAWING, List.of(4, 8), 16);

    @TempDir
    Path directory;

    private Path models;

    @BeforeEach
    void setUp() {
        models = directory.resolve("models");
    }

    @Test
    void shouldSeeTheWholeSquareUnlessToldOtherwise() {
        assertThat(preprocessing()).isEqualTo(Preprocessing.PHOTO);
        assertThat(preprocessing("--images", "drawing", "--image-size", "32"))
                .isEqualTo(new Preprocessing(32, 1, true));
    }

    @Test
    void shouldSeeTheCentreWhenAsked() {
        assertThat(preprocessing("--crop", "centre"))
                .isEqualTo(new Preprocessing(64, 3, false, Preprocessing.Crop.CENTRE));
        assertThat(preprocessing("--crop", "centre", "--image-size", "224"))
                .isEqualTo(new Preprocessing(224, 3, false, Preprocessing.Crop.CENTRE));
    }

    @Test
    void shouldGoOnFromAVersion() {
        ModelArtifact artifact = write("v7-0a1b2c3d4e5f");

        assertThat(options("--from", "v7").net(Preprocessing.PHOTO, models).describe())
                .isEqualTo(NET.describe());
        EmbeddingNet byFolder =
                options("--from", artifact.directory().toString()).net(Preprocessing.PHOTO, directory);
        assertThat(byFolder.pretrained().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        NET.weights().stream().map(Weight::name).toList());
        assertThat(options("--from", "v7").training(byFolder).augmentation()).isEqualTo(Augmentation.DRAWING);
    }

    @Test
    void shouldTakeWhatAVersionHasAndRefuseAnythingElse() {
        write("v7");
        String[] same = {"--from", "v7", "--dimensions", "16", "--image-size", "28", "--crop", "square"};
        assertThat(options(same).net(Preprocessing.PHOTO, models).describe()).isEqualTo(NET.describe());

        assertRefused("--dimensions 16, not 384", "--from", "v7", "--dimensions", "384");
        assertRefused("--image-size 28, not 64", "--from", "v7", "--image-size", "64");
        assertRefused("--crop square, not centre", "--from", "v7", "--crop", "centre");
        assertRefused("beside --from", "--from", "v7", "--widths", "4,8");
    }

    @Test
    void shouldSayWhichVersionIsNotThereOrMoreThanOnce() {
        assertRefused("there is no version 'v8' in " + models, "--from", "v8");
        write("v9-a");
        write("v9-b");
        assertRefused("several folders are called after version 'v9'", "--from", "v9");
    }

    private void assertRefused(String message, String... arguments) {
        assertThatThrownBy(() -> options(arguments).net(Preprocessing.PHOTO, models))
                .hasMessageContaining(message);
    }

    private ModelArtifact write(String version) {
        try (ServingGraph serving = new ServingGraph(NET, NET.start(new SplittableRandom(1)))) {
            return serving.write(new ArtifactWriter(models), version);
        }
    }

    private static NetworkOptions options(String... arguments) {
        NetworkOptions options = new NetworkOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(arguments);
        return options;
    }

    private static Preprocessing preprocessing(String... arguments) {
        return options(arguments).preprocessing(Preprocessing.PHOTO);
    }
}
