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

class CubBirdsTest {

    @TempDir
    Path directory;

    private BenchmarkTree tree = new BenchmarkTree(Path.of(""));

    @BeforeEach
    void birds() throws Exception {
        tree = new BenchmarkTree(directory);
        tree.text(
                "images.txt",
                "1 001.Black_footed_Albatross/a.jpg",
                "2 100.Brown_Pelican/b.jpg",
                "3 101.White_Pelican/c.jpg",
                "4 200.Common_Yellowthroat/d.jpg");
        tree.text("image_class_labels.txt", "1 1", "2 100", "3 101", "4 200");
        tree.image("images/001.Black_footed_Albatross/a.jpg");
        tree.image("images/101.White_Pelican/c.jpg");
        tree.image("images/101.White_Pelican/not-listed.jpg");
    }

    @Test
    void shouldTrainOnTheFirstHundredClassesAndTestOnTheOthers() throws Exception {
        assertThat(tree.said())
                .containsExactly(
                        new Said(
                                "images/001.Black_footed_Albatross/a.jpg",
                                "001.Black_footed_Albatross",
                                "train",
                                Map.of()),
                        new Said("images/100.Brown_Pelican/b.jpg", "100.Brown_Pelican", "train", Map.of()),
                        new Said("images/101.White_Pelican/c.jpg", "101.White_Pelican", "test", Map.of()),
                        new Said("images/200.Common_Yellowthroat/d.jpg", "200.Common_Yellowthroat", "test", Map.of()));
    }

    @Test
    void shouldSayWhichSetItIs() throws Exception {
        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.name()).isEqualTo("CUB-200-2011");
            assertThat(dataset.recallAt()).containsExactly(1, 2, 4, 8);
        }
    }

    @Test
    void shouldFindAMissingFileWhenItIsRead() throws Exception {
        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.images().getFirst().content().read()).isEqualTo(BenchmarkTree.PNG);
            assertThatThrownBy(() -> dataset.images().get(1).content().read())
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("b.jpg");
        }
    }

    @Test
    void shouldNameALineWithoutAPath() throws Exception {
        tree.text("images.txt", "1 001.Black_footed_Albatross/a.jpg", "", "2");

        tree.assertMalformed("images.txt line 3", "'2' has not the 2 columns image_id path");
    }

    @Test
    void shouldNameAClassThatThereIsNot() throws Exception {
        tree.text("image_class_labels.txt", "1 1", "2 201", "3 101", "4 200");

        tree.assertMalformed("image_class_labels.txt line 2", "'201' is not a whole number from 1 to 200");
    }

    @Test
    void shouldNameAClassThatIsNoNumber() throws Exception {
        tree.text("image_class_labels.txt", "1 1", "2 Pelican", "3 101", "4 200");

        tree.assertMalformed("image_class_labels.txt line 2", "'Pelican' is not a whole number from 1 to 200");
    }

    @Test
    void shouldNameAnImageWithoutAClass() throws Exception {
        tree.text("image_class_labels.txt", "1 1", "2 100", "4 200");

        tree.assertMalformed("images.txt line 3", "image 3 has no class in image_class_labels.txt");
    }

    @Test
    void shouldNameAClassWithoutAnImage() throws Exception {
        tree.text("image_class_labels.txt", "1 1", "2 100", "3 101", "4 200", "5 7");

        tree.assertMalformed("image_class_labels.txt line 5", "image 5 is not in images.txt");
    }

    @Test
    void shouldNameAnImageWithTwoClasses() throws Exception {
        tree.text("image_class_labels.txt", "1 1", "1 101");

        tree.assertMalformed("image_class_labels.txt line 2", "image 1 comes twice");
    }

    @Test
    void shouldNameAnImageOutsideOfTheFolderOfItsClass() throws Exception {
        tree.text("images.txt", "1 a.jpg");

        tree.assertMalformed("images.txt line 1", "'a.jpg' is not in the folder of its class");
    }

    @Test
    void shouldNotLeaveTheFolder() throws Exception {
        tree.text("images.txt", "1 001.Black_footed_Albatross/../../../a.jpg");
        tree.assertMalformed("images.txt line 1", "/../../../a.jpg' is not a path below the folder of the set");

        tree.text("images.txt", "1 /001.Black_footed_Albatross/a.jpg");
        tree.assertMalformed(
                "images.txt line 1", "'/001.Black_footed_Albatross/a.jpg' is not a path below the folder of the set");
    }

    @Test
    void shouldNameTheFileThatIsMissing() throws Exception {
        Files.delete(directory.resolve("images.txt"));

        tree.assertRefused("images.txt is missing");
    }
}
