package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipFile;

/**
 * Images to load: a folder or zip with one directory per class, perhaps below train/ and test/; a CSV manifest with the
 * columns path, id, label and tags ({@code key=value;key=value}), of which only path is needed; or the folder of
 * CUB-200-2011, Cars-196, Stanford Online Products or In-Shop Clothes Retrieval, told by its annotation files and split
 * as the field does. Ids default to the relative path. Close it when all is read.
 *
 * <p>Test images may have roles: In-Shop names its own, a manifest has the tag {@code role=query}. In a folder or zip
 * they follow from the file names where all below test/ begin with the split of their source, as in
 * GroceryStoreDataset: {@code test_} asks, {@code train_} and {@code val_} answer, so that no photo is found by another
 * one of the same burst. Where some test images only ask, the others only answer.
 */
public final class Dataset implements AutoCloseable {

    private final String name;
    private final List<Integer> recallAt;
    private final List<DatasetImage> images;
    private final Optional<ZipFile> archive;

    private Dataset(String name, List<Integer> recallAt, List<DatasetImage> images, Optional<ZipFile> archive) {
        this.name = name;
        this.recallAt = recallAt;
        this.images = withGallery(images).stream()
                .sorted(Comparator.comparing(DatasetImage::id))
                .toList();
        this.archive = archive;
    }

    /**
     * Lists a data set.
     *
     * @throws MalformedAnnotationException naming the annotation file and the place in it that is not understood
     * @throws IOException naming the path that is missing, empty or not understood
     */
    public static Dataset open(Path path) throws IOException {
        Optional<Benchmark> benchmark = Benchmark.in(path);
        if (benchmark.isPresent()) {
            Benchmark set = benchmark.get();
            return nonEmpty(
                    new Dataset(set.name(), set.recallAt(), set.images(path), Optional.empty()),
                    path + " is " + set.name() + ", but its annotation files list no image; fetch them again");
        }
        if (Files.isDirectory(path)) {
            return plain(path, ClassFolders.folder(path), Optional.empty());
        }
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + " does not exist");
        }
        String file = path.toString().toLowerCase(Locale.ROOT);
        if (file.endsWith(".zip")) {
            ZipFile archive = new ZipFile(path.toFile());
            return plain(path, ClassFolders.zip(archive), Optional.of(archive));
        }
        if (file.endsWith(".csv")) {
            return plain(path, Manifest.read(path), Optional.empty());
        }
        throw new IOException(path + " is no folder, .zip or .csv");
    }

    /** What the field calls the set; of one that it does not know, the name of its folder or file. */
    public String name() {
        return name;
    }

    /** The K at which papers give the Recall@K of this set, ascending; 1, 2, 4, 8 where nothing else is usual. */
    public List<Integer> recallAt() {
        return recallAt;
    }

    /** All images, by id. */
    public List<DatasetImage> images() {
        return images;
    }

    @Override
    public void close() throws IOException {
        if (archive.isPresent()) {
            archive.get().close();
        }
    }

    private static Dataset plain(Path path, List<DatasetImage> images, Optional<ZipFile> archive) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        String name =
                Optional.ofNullable(absolute.getFileName()).orElse(absolute).toString();
        return nonEmpty(
                new Dataset(name, Benchmark.USUAL_RECALL_AT, images, archive),
                path + " holds no .png, .jpg or .jpeg file");
    }

    private static Dataset nonEmpty(Dataset dataset, String otherwise) throws IOException {
        if (dataset.images.isEmpty()) {
            dataset.close();
            throw new IOException(otherwise);
        }
        return dataset;
    }

    /** Where some test images only ask, the others only answer. */
    private static List<DatasetImage> withGallery(List<DatasetImage> images) {
        boolean apart = images.stream().anyMatch(image -> image.isTest() && image.isQuery());
        return images.stream()
                .map(image ->
                        apart && image.isTest() && !image.isQuery() ? image.withRole(DatasetImage.GALLERY) : image)
                .toList();
    }
}
