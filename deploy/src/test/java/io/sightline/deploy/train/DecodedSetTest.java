package io.sightline.deploy.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.replay.ReplayItem;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodedSetTest {

    @TempDir
    Path directory;

    @Test
    void shouldKeepTheRolesOfABenchmarkAndListWhatIsMissing() throws Exception {
        Files.write(
                directory.resolve("list_eval_partition.txt"),
                List.of(
                        "5",
                        "image_name item_id evaluation_status",
                        "img/MEN/1.png      id_00000001 train",
                        "img/MEN/2.png      id_00000001 train",
                        "img/WOMEN/3.png    id_00000002 query",
                        "img/WOMEN/4.png    id_00000002 gallery",
                        "img/WOMEN/5.png    id_00000002 gallery"));
        for (String path : List.of("img/MEN/1.png", "img/WOMEN/3.png", "img/WOMEN/4.png", "img/WOMEN/5.png")) {
            image(path);
        }

        DecodedSet set = DecodedSet.open(directory, Preprocessing.PHOTO, (done, all) -> {});

        assertThat(set.training()).extracting(ReplayItem::id).containsExactly("img/MEN/1.png");
        assertThat(set.test().queries()).extracting(ReplayItem::id).containsExactly("img/WOMEN/3.png");
        assertThat(set.test().gallery())
                .extracting(ReplayItem::id)
                .containsExactly("img/WOMEN/4.png", "img/WOMEN/5.png");
        assertThat(set.name()).isEqualTo("In-Shop Clothes Retrieval");
        assertThat(set.recallAt()).containsExactly(1, 10, 20, 30, 40, 50);
        assertThat(set.refused()).singleElement().asString().startsWith("img/MEN/2.png: ");
    }

    @Test
    void shouldDecodeNoTrainingImagesToMeasure() throws Exception {
        image("train/a/1.png");
        image("test/b/2.png");
        image("test/b/3.png");

        DecodedSet set = DecodedSet.openTest(directory, Preprocessing.PHOTO, (done, all) -> {});

        assertThat(set.training()).isEmpty();
        assertThat(set.test().gallery()).extracting(ReplayItem::id).containsExactly("test/b/2.png", "test/b/3.png");
    }

    @Test
    void shouldMeasureOnAllImagesWhereNoneAreSetApart() throws Exception {
        image("a/1.png");
        image("b/2.png");

        DecodedSet set = DecodedSet.openTest(directory, Preprocessing.PHOTO, (done, all) -> {});

        assertThat(set.test().gallery()).extracting(ReplayItem::id).containsExactly("a/1.png", "b/2.png");
    }

    @Test
    void shouldSayThatNothingCanBeFound() throws Exception {
        Files.write(directory.resolve("broken.png"), new byte[] {1, 2, 3});
        Files.createDirectories(directory.resolve("a"));
        Files.write(directory.resolve("a/broken.png"), new byte[] {1, 2, 3});

        assertThatThrownBy(() -> DecodedSet.openTest(directory, Preprocessing.PHOTO, (done, all) -> {}))
                .hasMessageContaining(directory + " has no image that could be found");
    }

    private void image(String path) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        boolean written = ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
        assertThat(written).isTrue();
    }
}
