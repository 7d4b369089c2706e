package io.sightline.deploy.bench;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.ingest.loader.Dataset;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.replay.HoldoutRule;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A decoded data set of the field's kind: training classes, and test classes that share none with them. Immutable.
 *
 * @param name the set's name
 * @param preprocessing what was done to its images
 * @param training images of the training classes
 * @param queries test images that are searched for; empty where every image queries all others
 * @param gallery test images that are searched
 */
record RetrievalSet(
        String name,
        Preprocessing preprocessing,
        ReplaySnapshot training,
        List<ReplayItem> queries,
        List<ReplayItem> gallery) {

    /** Which test images are queries. */
    enum Protocol {
        /** Every test image queries all others. */
        ALL_AGAINST_ALL,
        /** Photos of the source's own test split query the others: none of the same shooting session. */
        CROSS_SPLIT
    }

    /**
     * Reads a data set that is split into train/ and test/.
     *
     * @throws IOException naming what is missing or cannot be decoded
     */
    static RetrievalSet open(Path path, String name, Preprocessing preprocessing, Protocol protocol)
            throws IOException {
        List<ReplayItem> training = new ArrayList<>();
        List<ReplayItem> queries = new ArrayList<>();
        List<ReplayItem> gallery = new ArrayList<>();
        try (Dataset dataset = Dataset.open(path);
                Preprocessor preprocessor = new Preprocessor(preprocessing, ImageLimits.DEFAULT)) {
            for (DatasetImage image : dataset.images()) {
                ReplayItem item = decode(path, image, preprocessor);
                if (!"test".equals(image.split())) {
                    training.add(item);
                } else if (protocol == Protocol.ALL_AGAINST_ALL
                        || !fileName(image).startsWith("test_")) {
                    gallery.add(item);
                } else {
                    queries.add(item);
                }
            }
        }
        if (training.isEmpty() || gallery.isEmpty()) {
            throw new IOException(path + " needs classes below train/ and others below test/");
        }
        return new RetrievalSet(
                name, preprocessing, ReplaySnapshot.of(training, new HoldoutRule(0), Map.of()), queries, gallery);
    }

    /** Recall@K and MAP@R of a network on the test classes. */
    RetrievalMetrics measure(ServingGraph network) {
        float[][] searched = embed(network, gallery);
        if (queries.isEmpty()) {
            return RetrievalMetrics.of(searched, labels(gallery));
        }
        return RetrievalMetrics.between(embed(network, queries), labels(queries), searched, labels(gallery));
    }

    private static float[][] embed(ServingGraph network, List<ReplayItem> items) {
        return network.embed(items.stream().map(ReplayItem::pixels).toList());
    }

    private static List<String> labels(List<ReplayItem> items) {
        return items.stream().map(ReplayItem::label).toList();
    }

    private static ReplayItem decode(Path path, DatasetImage image, Preprocessor preprocessor) throws IOException {
        try {
            return new ReplayItem(
                    image.id(),
                    String.valueOf(image.label()),
                    0,
                    preprocessor.pixels(image.content().read()));
        } catch (RejectedImageException e) {
            throw new IOException(path + ", image " + image.id() + ": " + e.getMessage(), e);
        }
    }

    private static String fileName(DatasetImage image) {
        return image.id().substring(image.id().lastIndexOf('/') + 1);
    }
}
