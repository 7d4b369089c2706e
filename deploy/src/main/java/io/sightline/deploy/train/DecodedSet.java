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
 * @param training labelled images outside of test/
 * @param test labelled images below test/
 * @param refused images that could not be read or decoded, with the reason
 */
public record DecodedSet(List<ReplayItem> training, TestImages test, List<String> refused) {

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
        List<ReplayItem> training = new ArrayList<>();
        List<ReplayItem> queries = new ArrayList<>();
        List<ReplayItem> gallery = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        try (Dataset dataset = Dataset.open(path);
                Preprocessor preprocessor = new Preprocessor(preprocessing, ImageLimits.DEFAULT)) {
            int done = 0;
            for (DatasetImage image : dataset.images()) {
                String label = image.label();
                if (label != null) {
                    try {
                        byte[] pixels = preprocessor.pixels(image.content().read());
                        ReplayItem item = new ReplayItem(image.id(), label, 0, pixels);
                        boolean asksOnly =
                                image.role().filter(DatasetImage.QUERY::equals).isPresent();
                        List<ReplayItem> test = asksOnly ? queries : gallery;
                        ("test".equals(image.split()) ? test : training).add(item);
                    } catch (RejectedImageException | IOException e) {
                        refused.add(image.id() + ": " + e.getMessage());
                    }
                }
                done++;
                progress.decoded(done, dataset.images().size());
            }
        }
        return new DecodedSet(List.copyOf(training), new TestImages(queries, gallery), List.copyOf(refused));
    }
}
