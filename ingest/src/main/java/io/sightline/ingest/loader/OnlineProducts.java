package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Stanford Online Products (Song et al., 2016), split into classes to train and to test by its two files. Labels are
 * class ids; the tag {@code category} is the folder of the super class, such as bicycle_final.
 */
final class OnlineProducts implements Benchmark {

    private static final String HEADER = "image_id class_id super_class_id path";
    private static final String TRAIN = "Ebay_train.txt";
    private static final String TEST = "Ebay_test.txt";

    @Override
    public String name() {
        return "Stanford Online Products";
    }

    @Override
    public List<Integer> recallAt() {
        return List.of(1, 10, 100, 1000);
    }

    @Override
    public String layout() {
        return "Ebay_train.txt, Ebay_test.txt, the folders beside them";
    }

    @Override
    public String split() {
        return "as its files say";
    }

    @Override
    public boolean liesIn(Path root) {
        return Files.exists(root.resolve(TRAIN)) || Files.exists(root.resolve(TEST));
    }

    @Override
    public List<DatasetImage> images(Path root) throws IOException {
        List<DatasetImage> images = new ArrayList<>(images(root, TRAIN, "train"));
        images.addAll(images(root, TEST, "test"));
        return images;
    }

    private List<DatasetImage> images(Path root, String file, String split) throws IOException {
        List<AnnotationRow> lines = AnnotationRow.read(root.resolve(file));
        lines.getFirst().requireHeader(HEADER, name());
        List<DatasetImage> images = new ArrayList<>();
        for (AnnotationRow line : lines.subList(1, lines.size())) {
            AnnotationRow row = line.requireColumns(HEADER);
            Path path = row.path(3);
            if (path.getNameCount() < 2) {
                throw row.malformed("'" + path + "' is not in the folder of its super class");
            }
            String label = String.valueOf(row.number(1, Integer.MAX_VALUE));
            Map<String, String> tags = Map.of("category", path.getName(0).toString());
            images.add(Benchmark.image(root, path, label, split, tags));
        }
        return images;
    }
}
