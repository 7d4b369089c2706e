package io.sightline.deploy.train;

import io.sightline.trainer.evaluation.RetrievalMetrics;
import io.sightline.trainer.replay.ReplayItem;
import io.sightline.trainer.training.SeeTrainer;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images of classes that are only measured on. Immutable.
 *
 * @param queries those that only ask; empty where every image asks for all others
 * @param gallery those that answer
 */
public record TestImages(List<ReplayItem> queries, List<ReplayItem> gallery) {

    /** Copies both. */
    public TestImages {
        queries = List.copyOf(queries);
        gallery = List.copyOf(gallery);
    }

    /** Images that all ask for all others. */
    public static TestImages all(List<ReplayItem> images) {
        return new TestImages(List.of(), images);
    }

    /** All of them. */
    public List<ReplayItem> images() {
        return Stream.concat(queries.stream(), gallery.stream()).toList();
    }

    /** Recall@K and MAP@R of a network. */
    public RetrievalMetrics measure(SeeTrainer.Reference network) {
        float[][] searched = embed(network, gallery);
        if (queries.isEmpty()) {
            return RetrievalMetrics.of(searched, labels(gallery));
        }
        return RetrievalMetrics.between(embed(network, queries), labels(queries), searched, labels(gallery));
    }

    private static float[][] embed(SeeTrainer.Reference network, List<ReplayItem> items) {
        return network.embed(items.stream().map(ReplayItem::pixels).toList());
    }

    private static List<String> labels(List<ReplayItem> items) {
        return items.stream().map(ReplayItem::label).toList();
    }
}
