package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CUB-200-2011 (Wah et al., 2011), split for retrieval: the first 100 classes to train, the others to test. Its own
 * train_test_split.txt is for classification and not read. Labels are class folders such as 001.Black_footed_Albatross.
 */
final class CubBirds implements Benchmark {

    private static final String IMAGES = "images.txt";
    private static final String CLASSES = "image_class_labels.txt";
    private static final int ALL_CLASSES = 200;
    private static final int LAST_TRAINED = 100;

    @Override
    public String name() {
        return "CUB-200-2011";
    }

    @Override
    public String layout() {
        return "images.txt, image_class_labels.txt, images/";
    }

    @Override
    public String split() {
        return "classes 1 to 100 to train, 101 to 200 to test";
    }

    @Override
    public boolean liesIn(Path root) {
        return Files.exists(root.resolve(CLASSES));
    }

    @Override
    public List<DatasetImage> images(Path root) throws IOException {
        Map<String, AnnotationRow> classes = classes(root);
        List<DatasetImage> images = new ArrayList<>();
        for (AnnotationRow line : AnnotationRow.read(root.resolve(IMAGES))) {
            AnnotationRow row = line.requireColumns("image_id path");
            Path path = row.path(1);
            if (path.getNameCount() < 2) {
                throw row.malformed("'" + path + "' is not in the folder of its class");
            }
            @Nullable AnnotationRow classRow = classes.remove(row.text(0));
            if (classRow == null) {
                throw row.malformed("image " + row.text(0) + " has no class in " + CLASSES + ", or comes twice");
            }
            String split = Benchmark.split(classRow.number(1, ALL_CLASSES), LAST_TRAINED);
            String label = path.getName(path.getNameCount() - 2).toString();
            images.add(Benchmark.image(root, Path.of("images").resolve(path), label, split, Map.of()));
        }
        for (AnnotationRow left : classes.values()) {
            throw left.malformed("image " + left.text(0) + " is not in " + IMAGES);
        }
        return images;
    }

    /** The rows of the class file, by the id of their image. */
    private static Map<String, AnnotationRow> classes(Path root) throws IOException {
        Map<String, AnnotationRow> classes = new HashMap<>();
        for (AnnotationRow line : AnnotationRow.read(root.resolve(CLASSES))) {
            AnnotationRow row = line.requireColumns("image_id class_id");
            if (classes.put(row.text(0), row) != null) {
                throw row.malformed("image " + row.text(0) + " comes twice");
            }
        }
        return classes;
    }
}
