package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The In-Shop Clothes Retrieval benchmark of DeepFashion (Liu et al., 2016): classes to train, and others whose query
 * images ask for those of the gallery. Labels are item ids.
 */
final class InShop implements Benchmark {

    private static final String HEADER = "image_name item_id evaluation_status";
    private static final String PARTITION = "list_eval_partition.txt";

    @Override
    public String name() {
        return "In-Shop Clothes Retrieval";
    }

    @Override
    public List<Integer> recallAt() {
        return List.of(1, 10, 20, 30, 40, 50);
    }

    @Override
    public String layout() {
        return "list_eval_partition.txt, also below Eval/ or Anno/; img/ or Img/img/";
    }

    @Override
    public String split() {
        return "as its file says; test images are queries or gallery";
    }

    @Override
    public boolean liesIn(Path root) {
        return partition(root).isPresent();
    }

    private static Optional<Path> partition(Path root) {
        return Stream.of("", "Eval", "Anno")
                .map(folder -> root.resolve(folder).resolve(PARTITION))
                .filter(Files::exists)
                .findFirst();
    }

    @Override
    public List<DatasetImage> images(Path root) throws IOException {
        List<AnnotationRow> lines = AnnotationRow.read(partition(root).orElse(root.resolve(PARTITION)));
        int count = lines.getFirst().requireColumns("count").number(0, Integer.MAX_VALUE);
        if (lines.size() < 2) {
            throw lines.getFirst().malformed("the header '" + HEADER + "' does not follow");
        }
        lines.get(1).requireHeader(HEADER, name());
        List<AnnotationRow> rows = lines.subList(2, lines.size());
        if (rows.size() != count) {
            throw lines.getFirst().malformed(count + " images are promised, but " + rows.size() + " follow");
        }
        // As img.zip unzips: into a folder of its own, or where the partition file names its images.
        Path base = Path.of(Files.isDirectory(root.resolve("Img").resolve("img")) ? "Img" : "");
        List<DatasetImage> images = new ArrayList<>();
        for (AnnotationRow row : rows) {
            images.add(image(root, base, row.requireColumns(HEADER)));
        }
        return images;
    }

    private static DatasetImage image(Path root, Path base, AnnotationRow row) throws MalformedAnnotationException {
        Path path = base.resolve(row.path(0));
        String item = row.text(1);
        return switch (row.text(2)) {
            case "train" -> Benchmark.image(root, path, item, "train", Map.of());
            case DatasetImage.QUERY, DatasetImage.GALLERY ->
                Benchmark.image(root, path, item, "test", Map.of(DatasetImage.ROLE, row.text(2)));
            default -> throw row.malformed("'" + row.text(2) + "' is none of train, query and gallery");
        };
    }
}
