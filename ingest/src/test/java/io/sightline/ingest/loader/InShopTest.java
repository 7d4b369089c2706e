package io.sightline.ingest.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InShopTest {

    private static final String HEADER = "image_name item_id evaluation_status";
    private static final String[] LINES = {
        "4",
        HEADER,
        "img/MEN/Denim/id_00000080/01_1_front.jpg                  id_00000080 train   ",
        "img/WOMEN/Dresses/id_00000002/02_1_front.jpg              id_00000002 query   ",
        "img/WOMEN/Dresses/id_00000002/02_2_side.jpg               id_00000002 gallery ",
        "img/WOMEN/Dresses/id_00000002/02_7_additional.jpg         id_00000002 gallery "
    };

    @TempDir
    Path directory;

    private BenchmarkTree tree = new BenchmarkTree(Path.of(""));

    @BeforeEach
    void clothes() {
        tree = new BenchmarkTree(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list_eval_partition.txt", "Eval/list_eval_partition.txt", "Anno/list_eval_partition.txt"})
    void shouldTellQueriesFromTheGallery(String partition) throws Exception {
        tree.text(partition, LINES);

        assertThat(tree.said())
                .containsExactly(
                        new Said("img/MEN/Denim/id_00000080/01_1_front.jpg", "id_00000080", "train", Map.of()),
                        new Said(
                                "img/WOMEN/Dresses/id_00000002/02_1_front.jpg",
                                "id_00000002",
                                "test",
                                Map.of("role", "query")),
                        new Said(
                                "img/WOMEN/Dresses/id_00000002/02_2_side.jpg",
                                "id_00000002",
                                "test",
                                Map.of("role", "gallery")),
                        new Said(
                                "img/WOMEN/Dresses/id_00000002/02_7_additional.jpg",
                                "id_00000002",
                                "test",
                                Map.of("role", "gallery")));
    }

    @Test
    void shouldSayWhichSetItIs() throws Exception {
        tree.text("Eval/list_eval_partition.txt", LINES);

        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.name()).isEqualTo("In-Shop Clothes Retrieval");
            assertThat(dataset.recallAt()).containsExactly(1, 10, 20, 30, 40, 50);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Img/"})
    void shouldReadImagesWhereTheyAreUnpacked(String base) throws Exception {
        tree.text("Eval/list_eval_partition.txt", LINES);
        tree.image(base + "img/MEN/Denim/id_00000080/01_1_front.jpg");

        try (Dataset dataset = Dataset.open(directory)) {
            DatasetImage first = dataset.images().getFirst();
            assertThat(first.id()).isEqualTo(base + "img/MEN/Denim/id_00000080/01_1_front.jpg");
            assertThat(first.content().read()).isEqualTo(BenchmarkTree.PNG);
            assertThatThrownBy(() -> dataset.images().get(1).content().read())
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("02_1_front.jpg");
        }
    }

    @Test
    void shouldNameAStatusThatThereIsNot() throws Exception {
        tree.text("list_eval_partition.txt", "1", HEADER, "img/a.jpg id_00000002 val");

        tree.assertMalformed("list_eval_partition.txt line 3", "'val' is none of train, query and gallery");
    }

    @Test
    void shouldNoticeThatRowsAreMissing() throws Exception {
        tree.text("list_eval_partition.txt", "2", HEADER, "img/a.jpg id_00000002 train");

        tree.assertMalformed("list_eval_partition.txt line 1", "2 images are promised, but 1 follow");
    }

    @Test
    void shouldNameALineThatIsCutShort() throws Exception {
        tree.text("list_eval_partition.txt", "1", HEADER, "img/a.jpg   id_00000002");

        tree.assertMalformed("list_eval_partition.txt line 3", "has not the 3 columns " + HEADER);
    }

    @Test
    void shouldTellAnotherBenchmarkOfDeepFashion() throws Exception {
        tree.text("Eval/list_eval_partition.txt", "1", "image_name evaluation_status", "img/a.jpg train");

        tree.assertMalformed(
                "list_eval_partition.txt line 2",
                "is not the header '" + HEADER + "' of In-Shop",
                "if the folder holds another set, move this file out of it");
    }

    @Test
    void shouldNotLeaveTheFolder() throws Exception {
        tree.text("list_eval_partition.txt", "1", HEADER, "img/../../a.jpg id_00000002 train");

        tree.assertMalformed("list_eval_partition.txt line 3", "'img/../../a.jpg' is not a path below the folder");
    }
}
