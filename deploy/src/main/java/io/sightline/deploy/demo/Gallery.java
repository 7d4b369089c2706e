package io.sightline.deploy.demo;

import io.sightline.deploy.train.ImageKind;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.DatasetImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The images of a demonstration, split into classes to train on and classes to measure on. */
final class Gallery implements AutoCloseable {

    private final String name;
    private final List<DatasetImage> images;
    private final Optional<Dataset> dataset;

    private Gallery(String name, List<DatasetImage> images, Optional<Dataset> dataset) {
        this.name = name;
        this.images = images;
        this.dataset = dataset;
    }

    /**
     * The built-in gallery, or a data set. One that is not split gets every third class as test class.
     *
     * @throws IOException if the data set cannot be read or has too few classes
     */
    static Gallery open(@Nullable Path data) throws IOException {
        if (data == null) {
            return new Gallery("built-in line drawings", ProceduralGallery.DEFAULT.images(), Optional.empty());
        }
        Dataset dataset = Dataset.open(data);
        Gallery gallery =
                new Gallery(String.valueOf(data.getFileName()), split(dataset.images()), Optional.of(dataset));
        if (gallery.labels(gallery.training()).size() < 2
                || gallery.labels(gallery.test()).size() < 2) {
            gallery.close();
            throw new IOException(data + " needs at least two classes to train on and two to measure on: one directory"
                    + " per class, perhaps below train/ and test/");
        }
        return gallery;
    }

    String name() {
        return name;
    }

    List<DatasetImage> images() {
        return images;
    }

    /** Images that are sent with their label. */
    List<DatasetImage> training() {
        return images.stream().filter(image -> !isTest(image)).toList();
    }

    /** Images that are sent without; the trainer never sees their classes. */
    List<DatasetImage> test() {
        return images.stream().filter(Gallery::isTest).toList();
    }

    /** Drawings on light paper, or photographs: by some of the images. */
    Preprocessing preprocessing() {
        return ImageKind.of(images);
    }

    Set<String> labels(List<DatasetImage> of) {
        Set<String> labels = new HashSet<>();
        of.forEach(image -> labels.add(String.valueOf(image.label())));
        return labels;
    }

    @Override
    public void close() throws IOException {
        if (dataset.isPresent()) {
            dataset.get().close();
        }
    }

    private static boolean isTest(DatasetImage image) {
        return "test".equals(image.split());
    }

    private static List<DatasetImage> split(List<DatasetImage> images) {
        boolean isSplit =
                images.stream().anyMatch(Gallery::isTest) && images.stream().anyMatch(image -> !isTest(image));
        if (isSplit) {
            return images;
        }
        List<String> labels = List.copyOf(new TreeSet<>(
                images.stream().map(image -> String.valueOf(image.label())).toList()));
        List<DatasetImage> split = new ArrayList<>(images.size());
        for (DatasetImage image : images) {
            boolean test = labels.indexOf(String.valueOf(image.label())) % 3 == 2;
            split.add(image.withSplit(test ? "test" : "train"));
        }
        return split;
    }
}
