package io.sightline.deploy.bench;

import io.sightline.deploy.train.DecodedSet;
import io.sightline.deploy.train.TestImages;
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

/**
 * A decoded data set of the field's kind: training classes, and test classes that share none with them. Immutable.
 *
 * @param name the set's name
 * @param preprocessing what was done to its images
 * @param training images of the training classes
 * @param test images of the other classes
 */
record RetrievalSet(String name, Preprocessing preprocessing, ReplaySnapshot training, TestImages test) {

    /**
     * Reads a data set that is split into train/ and test/.
     *
     * @throws IOException naming what is missing or cannot be decoded
     */
    static RetrievalSet open(Path path, String name, Preprocessing preprocessing) throws IOException {
        DecodedSet decoded = DecodedSet.open(path, preprocessing, (done, all) -> {});
        if (!decoded.refused().isEmpty()) {
            throw new IOException(path + ", image " + decoded.refused().getFirst());
        }
        List<ReplayItem> training = decoded.training();
        if (training.isEmpty() || decoded.test().gallery().isEmpty()) {
            throw new IOException(path + " needs classes below train/ and others below test/");
        }
        return new RetrievalSet(
                name, preprocessing, ReplaySnapshot.of(training, new HoldoutRule(0), Map.of()), decoded.test());
    }

    /** Recall@K and MAP@R of a network on the test classes. */
    RetrievalMetrics measure(ServingGraph network) {
        return test.measure(network::embed);
    }
}
