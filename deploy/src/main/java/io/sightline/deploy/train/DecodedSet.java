package io.sightline.deploy.train;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.trainer.replay.ReplayItem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A data set, decoded and in memory. Immutable.
 *
 * @param name what the field calls the set, or the name of its folder or file
 * @param recallAt the K at which papers give its Recall@K
 * @param training labelled images outside of test/
 * @param test labelled images below test/
 * @param refused images that could not be read or decoded, with the reason
 */
public record DecodedSet(
        String name, List<Integer> recallAt, List<ReplayItem> training, TestImages test, List<String> refused) {

    /** Told about each image. */
    @FunctionalInterface
    public interface Progress {

        /** So many of all images are decoded. */
        void decoded(int done, int all);
    }

    /**
     * Decodes a folder, zip or manifest. Images without a label are left out.
     *
     * @throws IOException naming the path that is missing, empty or not understood
     */
    public static DecodedSet open(Path path, Preprocessing preprocessing, Progress progress) throws IOException {
        return open(path, preprocessing, false, progress);
    }

    /**
     * Decodes what a data set is measured on: images below test/, or all of them where there are none.
     *
     * @throws IOException naming the path that is missing, empty or not understood, also if no image could be found
     */
    public static DecodedSet openTest(Path path, Preprocessing preprocessing, Progress progress) throws IOException {
        DecodedSet set = open(path, preprocessing, true, progress);
        TestImages test = set.test.images().isEmpty() ? TestImages.all(set.training) : set.test;
        if (test.gallery().isEmpty()) {
            throw new IOException(path + " has no image that could be found: none could be decoded, or all of them only"
                    + " ask (role=query)");
        }
        return new DecodedSet(set.name, set.recallAt, List.of(), test, set.refused);
    }

    private static DecodedSet open(Path path, Preprocessing preprocessing, boolean onlyTest, Progress progress)
            throws IOException {
        List<ReplayItem> training = new ArrayList<>();
        List<ReplayItem> queries = new ArrayList<>();
        List<ReplayItem> gallery = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        try (Dataset dataset = Dataset.open(path);
                Preprocessor preprocessor = new Preprocessor(preprocessing, ImageLimits.DEFAULT)) {
            int done = 0;
            boolean isSplit = dataset.images().stream().anyMatch(DatasetImage::isTest);
            for (DatasetImage image : dataset.images()) {
                String label = image.label();
                if (label != null && (!onlyTest || !isSplit || image.isTest())) {
                    try {
                        byte[] pixels = preprocessor.pixels(image.content().read());
                        ReplayItem item = new ReplayItem(image.id(), label, 0, pixels);
                        List<ReplayItem> test = image.isQuery() ? queries : gallery;
                        (image.isTest() ? test : training).add(item);
                    } catch (RejectedImageException | IOException e) {
                        refused.add(image.id() + ": " + e.getMessage());
                    }
                }
                done++;
                progress.decoded(done, dataset.images().size());
            }
            return new DecodedSet(
                    dataset.name(),
                    dataset.recallAt(),
                    List.copyOf(training),
                    new TestImages(queries, gallery),
                    List.copyOf(refused));
        }
    }
}
