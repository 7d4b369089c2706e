package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One of the metric-learning sets of the field as it is distributed: its images are listed by annotation files, which
 * give the standard split. An image whose file is missing is found out when it is read.
 */
sealed interface Benchmark permits CubBirds, Cars196, OnlineProducts, InShop {

    /** The K of Recall@K where nothing else is usual. */
    List<Integer> USUAL_RECALL_AT = List.of(1, 2, 4, 8);

    /** All sets that are known. */
    static List<Benchmark> all() {
        return List.of(new CubBirds(), new Cars196(), new OnlineProducts(), new InShop());
    }

    /** The set that lies in a folder, told by its annotation files. */
    static Optional<Benchmark> in(Path root) {
        return all().stream().filter(benchmark -> benchmark.liesIn(root)).findFirst();
    }

    /** What the field calls it. */
    String name();

    /** What has to lie in its folder, for people. */
    String layout();

    /** How it is split, for people. */
    String split();

    /** The K at which papers give its Recall@K. */
    default List<Integer> recallAt() {
        return USUAL_RECALL_AT;
    }

    /** Whether a folder holds one of its annotation files. */
    boolean liesIn(Path root);

    /**
     * Its images, with labels, splits and roles.
     *
     * @throws MalformedAnnotationException naming the file and the place that is not understood
     * @throws IOException naming the file that is missing
     */
    List<DatasetImage> images(Path root) throws IOException;

    /** An image below the root; its id is the relative path. */
    static DatasetImage image(Path root, Path path, String label, String split, Map<String, String> tags) {
        Path file = root.resolve(path);
        return new DatasetImage(path.toString().replace('\\', '/'), label, split, tags, () -> Files.readAllBytes(file));
    }

    /** The split of a class where the first ones are trained on and the others measured on. */
    static String split(int number, int lastTrained) {
        return number <= lastTrained ? "train" : "test";
    }
}
