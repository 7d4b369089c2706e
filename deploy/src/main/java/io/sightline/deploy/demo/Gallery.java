package io.sightline.deploy.demo;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.DatasetImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/** The images of a demonstration, split into classes to train on and classes to measure on. */
final class Gallery implements AutoCloseable {

    private static final int LOOKED_AT = 12;
    private static final double PAPER = 0.55;

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

    /** Drawings on light paper, or photographs: by the first images. */
    Preprocessing preprocessing() {
        int drawings = 0;
        int looked = 0;
        int stride = Math.max(1, images.size() / LOOKED_AT);
        for (int i = 0; i < images.size(); i += stride) {
            Optional<BufferedImage> image = decode(images.get(i));
            looked += image.isPresent() ? 1 : 0;
            drawings += image.filter(Gallery::isDrawing).isPresent() ? 1 : 0;
        }
        return drawings * 2 > looked ? Preprocessing.DRAWING : Preprocessing.PHOTO;
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

    /** A look at an image; one that cannot be decoded is the embedder's to report. */
    private static Optional<BufferedImage> decode(DatasetImage image) {
        try {
            byte[] content = image.content().read();
            ImageLimits.DEFAULT.check(content);
            return Optional.ofNullable(ImageIO.read(new ByteArrayInputStream(content)));
        } catch (IOException | RejectedImageException e) {
            return Optional.empty();
        }
    }

    /** Mostly light pixels without colour. */
    private static boolean isDrawing(BufferedImage image) {
        int paper = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                int red = rgb >> 16 & 0xff;
                int green = rgb >> 8 & 0xff;
                int blue = rgb & 0xff;
                boolean grey = Math.abs(red - green) < 8 && Math.abs(green - blue) < 8;
                paper += grey && red > 230 ? 1 : 0;
            }
        }
        return paper > PAPER * image.getWidth() * image.getHeight();
    }
}
