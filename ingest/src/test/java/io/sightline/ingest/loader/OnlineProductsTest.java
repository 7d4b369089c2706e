package io.sightline.ingest.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnlineProductsTest {

    private static final String HEADER = "image_id class_id super_class_id path";

    @TempDir
    Path directory;

    private BenchmarkTree tree = new BenchmarkTree(Path.of(""));

    @BeforeEach
    void products() throws Exception {
        tree = new BenchmarkTree(directory);
        tree.text("Ebay_train.txt", HEADER, "1 1 1 bicycle_final/111_0.JPG", "2 1 1 bicycle_final/111_1.JPG");
        tree.text("Ebay_test.txt", HEADER, "59552 11319 12 toaster_final/222_0.JPG");
        tree.image("bicycle_final/111_0.JPG");
    }

    @Test
    void shouldSplitAsTheFilesSay() throws Exception {
        assertThat(tree.said())
                .containsExactly(
                        new Said("bicycle_final/111_0.JPG", "1", "train", Map.of("category", "bicycle_final")),
                        new Said("bicycle_final/111_1.JPG", "1", "train", Map.of("category", "bicycle_final")),
                        new Said("toaster_final/222_0.JPG", "11319", "test", Map.of("category", "toaster_final")));
    }

    @Test
    void shouldSayWhichSetItIs() throws Exception {
        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.name()).isEqualTo("Stanford Online Products");
            assertThat(dataset.recallAt()).containsExactly(1, 10, 100, 1000);
        }
    }

    @Test
    void shouldFindAMissingFileWhenItIsRead() throws Exception {
        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.images().getFirst().content().read()).isEqualTo(BenchmarkTree.PNG);
            assertThatThrownBy(() -> dataset.images().get(1).content().read())
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("111_1.JPG");
        }
    }

    @Test
    void shouldNameALineThatIsCutShort() throws Exception {
        tree.text("Ebay_test.txt", HEADER, "59552 11319 12 toaster_final/222_0.JPG", "59553 11319");

        tree.assertMalformed("Ebay_test.txt line 3", "'59553 11319' has not the 4 columns " + HEADER);
    }

    @Test
    void shouldNameAMissingHeader() throws Exception {
        tree.text("Ebay_train.txt", "1 1 1 bicycle_final/111_0.JPG");

        tree.assertMalformed("Ebay_train.txt line 1", "is not the header '" + HEADER + "'");
    }

    @Test
    void shouldNotLeaveTheFolder() throws Exception {
        tree.text("Ebay_train.txt", HEADER, "1 1 1 ../bicycle_final/111_0.JPG");

        tree.assertMalformed("Ebay_train.txt line 2", "'../bicycle_final/111_0.JPG' is not a path below the folder");
    }

    @Test
    void shouldNameTheFileThatIsMissing() throws Exception {
        Files.delete(directory.resolve("Ebay_test.txt"));

        tree.assertRefused("Ebay_test.txt is missing");
    }

    @Test
    void shouldSayThatNoImageIsListed() throws Exception {
        tree.text("Ebay_train.txt", HEADER);
        tree.text("Ebay_test.txt", HEADER);

        tree.assertRefused("is Stanford Online Products, but its annotation files list no image");
    }

    @Test
    void shouldNameAFileThatIsNoText() throws Exception {
        Files.write(directory.resolve("Ebay_test.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        tree.assertRefused("Ebay_test.txt is no UTF-8 text");
    }
}
