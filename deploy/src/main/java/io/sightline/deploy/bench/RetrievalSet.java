package io.sightline.deploy.bench;

import io.sightline.deploy.train.DecodedSet;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.replay.ReplaySnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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
        DecodedSet decoded = DecodedSet.open(path, preprocessing, (done, all) -> {});
        if (!decoded.refused().isEmpty()) {
            throw new IOException(path + ", image " + decoded.refused().getFirst());
        }
        List<ReplayItem> training = decoded.training();
        Map<Boolean, List<ReplayItem>> asked = decoded.test().stream()
                .collect(Collectors.partitioningBy(item ->
                        protocol == Protocol.CROSS_SPLIT && fileName(item).startsWith("test_")));
        List<ReplayItem> queries = asked.getOrDefault(true, List.of());
        List<ReplayItem> gallery = asked.getOrDefault(false, List.of());
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

    private static String fileName(ReplayItem item) {
        return item.id().substring(item.id().lastIndexOf('/') + 1);
    }
}
