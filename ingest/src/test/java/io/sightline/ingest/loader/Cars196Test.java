package io.sightline.ingest.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Struct;

class Cars196Test {

    private static final int CLASSES = 196;

    @TempDir
    Path directory;

    private BenchmarkTree tree = new BenchmarkTree(Path.of(""));

    private record Car(String path, int number) {}

    @BeforeEach
    void cars() {
        tree = new BenchmarkTree(directory);
    }

    @Test
    void shouldTrainOnTheFirstClassesAndTestOnTheOthers() throws Exception {
        write(
                new Car("car_ims/000001.jpg", 1),
                new Car("car_ims/000002.jpg", 98),
                new Car("car_ims/000003.jpg", 99),
                new Car("car_ims/000004.jpg", 196));

        assertThat(tree.said())
                .containsExactly(
                        new Said("car_ims/000001.jpg", "Car 1 of 2012", "train", Map.of()),
                        new Said("car_ims/000002.jpg", "Car 98 of 2012", "train", Map.of()),
                        new Said("car_ims/000003.jpg", "Car 99 of 2012", "test", Map.of()),
                        new Said("car_ims/000004.jpg", "Car 196 of 2012", "test", Map.of()));
    }

    @Test
    void shouldSayWhichSetItIs() throws Exception {
        write(new Car("car_ims/000001.jpg", 1));

        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.name()).isEqualTo("Cars-196");
            assertThat(dataset.recallAt()).containsExactly(1, 2, 4, 8);
        }
    }

    @Test
    void shouldFindAMissingFileWhenItIsRead() throws Exception {
        write(new Car("car_ims/000001.jpg", 1), new Car("car_ims/000002.jpg", 1));
        tree.image("car_ims/000001.jpg");

        try (Dataset dataset = Dataset.open(directory)) {
            assertThat(dataset.images().getFirst().content().read()).isEqualTo(BenchmarkTree.PNG);
            assertThatThrownBy(() -> dataset.images().get(1).content().read())
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessageContaining("000002.jpg");
        }
    }

    @Test
    void shouldNameAClassThatThereIsNot() throws Exception {
        write(new Car("car_ims/000001.jpg", 1), new Car("car_ims/000002.jpg", 197));

        tree.assertMalformed("cars_annos.mat annotations(2)", "'197' is not a whole number from 1 to 196");
    }

    @Test
    void shouldNotLeaveTheFolder() throws Exception {
        write(new Car("../000001.jpg", 1));

        tree.assertMalformed("cars_annos.mat annotations(1)", "'../000001.jpg' is not a path below the folder");
    }

    @Test
    void shouldNameWhatAnAnnotationLacks() throws Exception {
        Struct devkit = Mat5.newStruct(1, 1);
        devkit.set("fname", 0, Mat5.newString("000001.jpg"));
        devkit.set("class", 0, Mat5.newScalar(1));
        write(devkit);

        tree.assertMalformed("cars_annos.mat annotations(1)", "no text 'relative_im_path'");
    }

    @Test
    void shouldNameAFileThatHasOtherArrays() throws Exception {
        try (Mat5File mat = Mat5.newMatFile()) {
            mat.addArray("class_names", Mat5.newCell(1, 1));
            write(mat);
        }

        tree.assertRefused("cars_annos.mat is no MATLAB 5 file with the arrays 'annotations' and 'class_names'");
    }

    @Test
    void shouldNameAFileThatIsNotOfMatlab() throws Exception {
        tree.text("cars_annos.mat", "not found");

        tree.assertRefused("cars_annos.mat is no MATLAB 5 file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cars_train_annos.mat", "devkit/cars_train_annos.mat"})
    void shouldSayWhatToFetchInsteadOfTheSplitForClassification(String annotations) throws Exception {
        tree.text(annotations, "of another form");
        tree.image("cars_train/00001.jpg");

        tree.assertRefused("split for classification", "fetch cars_annos.mat and car_ims.tgz");
    }

    private void write(Car... cars) throws IOException {
        Struct annotations = Mat5.newStruct(1, cars.length);
        for (int i = 0; i < cars.length; i++) {
            annotations.set("relative_im_path", i, Mat5.newString(cars[i].path()));
            for (String side : List.of("bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2", "test")) {
                annotations.set(side, i, Mat5.newScalar(1));
            }
            // As in the set itself: a byte, of which half of the classes have the sign bit.
            Matrix number = Mat5.newMatrix(1, 1, MatlabType.UInt8);
            number.setInt(0, cars[i].number());
            annotations.set("class", i, number);
        }
        write(annotations);
    }

    private void write(Struct annotations) throws IOException {
        Cell names = Mat5.newCell(1, CLASSES);
        for (int i = 0; i < CLASSES; i++) {
            names.set(i, Mat5.newString("Car " + (i + 1) + " of 2012"));
        }
        try (Mat5File mat = Mat5.newMatFile()) {
            mat.addArray("annotations", annotations);
            mat.addArray("class_names", names);
            write(mat);
        }
    }

    private void write(Mat5File mat) throws IOException {
        Mat5.writeToFile(mat, directory.resolve("cars_annos.mat").toFile());
    }
}
