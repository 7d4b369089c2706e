package io.sightline.ingest.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.format.Mat5File;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/**
 * Cars-196 (Krause et al., 2013), split for retrieval: the first 98 classes to train, the others to test. Its own split
 * is for classification and not read. Labels are class names such as AM General Hummer SUV 2000.
 */
final class Cars196 implements Benchmark {

    private static final String ANNOTATIONS = "cars_annos.mat";
    private static final int LAST_TRAINED = 98;

    @Override
    public String name() {
        return "Cars-196";
    }

    @Override
    public String layout() {
        return "cars_annos.mat, car_ims/ (not cars_train/ and cars_test/, which are split for classification)";
    }

    @Override
    public String split() {
        return "classes 1 to 98 to train, 99 to 196 to test";
    }

    @Override
    public boolean liesIn(Path root) {
        return Files.exists(root.resolve(ANNOTATIONS)) || isSplitForClassification(root);
    }

    /** The form in which the images of every class are parted into cars_train/ and cars_test/. */
    private static boolean isSplitForClassification(Path root) {
        return Stream.of("cars_train_annos.mat", "devkit/cars_train_annos.mat")
                        .anyMatch(file -> Files.exists(root.resolve(file)))
                || (Files.isDirectory(root.resolve("cars_train")) && Files.isDirectory(root.resolve("cars_test")));
    }

    @Override
    public List<DatasetImage> images(Path root) throws IOException {
        Path file = root.resolve(ANNOTATIONS);
        if (!Files.exists(file)) {
            throw new IOException(
                    root + " holds Cars-196 split for classification (cars_train/, cars_test/), where every class is in"
                            + " both; for retrieval fetch cars_annos.mat and car_ims.tgz of the same set, and unpack"
                            + " them here");
        }
        byte[] content = Files.readAllBytes(file);
        try (Mat5File mat = Mat5.newReader(Sources.wrap(content))
                .disableSubsystemProcessing()
                .readMat()) {
            return images(root, file, mat.getStruct("annotations"), mat.getCell("class_names"));
        } catch (MalformedAnnotationException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The library says by unchecked exceptions of many kinds what it does not understand.
            throw new IOException(
                    file + " is no MATLAB 5 file with the arrays 'annotations' and 'class_names' (" + e
                            + "); fetch it again from the set's home page",
                    e);
        }
    }

    private static List<DatasetImage> images(Path root, Path file, Struct annotations, Cell classNames)
            throws MalformedAnnotationException {
        List<DatasetImage> images = new ArrayList<>();
        for (int i = 0; i < annotations.getNumElements(); i++) {
            AnnotationRow row = row(file, annotations, i);
            int number = row.number(1, classNames.getNumElements());
            String label = classNames.getChar(number - 1).getString();
            images.add(Benchmark.image(root, row.path(0), label, Benchmark.split(number, LAST_TRAINED), Map.of()));
        }
        return images;
    }

    /** Path and class of an image. */
    private static AnnotationRow row(Path file, Struct annotations, int index) throws MalformedAnnotationException {
        String place = "annotations(" + (index + 1) + ")";
        try {
            String path = annotations.getChar("relative_im_path", index).getString();
            int number = annotations.getMatrix("class", index).getInt(0);
            return new AnnotationRow(file, place, List.of(path, String.valueOf(number)));
        } catch (RuntimeException e) {
            throw new MalformedAnnotationException(
                    file, place, "it has no text 'relative_im_path' or no number 'class' (" + e + ")");
        }
    }
}
