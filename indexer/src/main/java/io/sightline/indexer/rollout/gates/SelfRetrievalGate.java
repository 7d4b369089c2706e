package io.sightline.indexer.rollout.gates;

import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image is its own nearest neighbour, or has a twin: what a graph that lost an image, or holds another's, breaks. */
final class SelfRetrievalGate implements Gate {

    private static final int EF = 100;
    private static final int LARGE_EF = 1000;
    private static final double TWIN = 1e-5;

    @Override
    public GateResult look(GateContext context) {
        VectorStore store = context.stagedStore();
        List<StoredImage> sample = Sample.of(
                store,
                context.settings().selfQueries(),
                context.staged().getVersion().hashCode(),
                any -> true);
        int asked = 0;
        int first = 0;
        int firstAtLargeEf = 0;
        String lost = "";
        for (StoredImage image : sample) {
            Optional<EmbeddedImage> embedded = store.find(image.id());
            if (embedded.isEmpty()) {
                continue;
            }
            asked++;
            if (findsItself(store, embedded.get(), EF)) {
                first++;
                firstAtLargeEf++;
            } else if (findsItself(store, embedded.get(), LARGE_EF)) {
                firstAtLargeEf++;
            } else {
                lost = image.id();
            }
        }
        Map<String, Double> figures = Map.of(
                "self.sampled", (double) asked,
                "self.first", (double) first,
                "self.firstAtEf1000", (double) firstAtLargeEf);
        if (firstAtLargeEf < asked) {
            return GateResult.failed(
                    "self-retrieval gate: " + (asked - firstAtLargeEf) + " of " + asked
                            + " sampled images are not their own nearest neighbour, image " + lost + " for one",
                    figures);
        }
        return GateResult.passed("all of " + asked + " sampled images find themselves", figures);
    }

    /** Whether it comes first; that it was deleted or replaced in between is no fault of the index. */
    private static boolean findsItself(VectorStore store, EmbeddedImage image, int ef) {
        String id = image.image().id();
        List<Hit> hits = store.nearest(NearestQuery.of(image.vector(), 1, ef));
        return store.find(id)
                        .filter(now ->
                                now.image().revision().equals(image.image().revision()))
                        .isEmpty()
                || (!hits.isEmpty()
                        && (hits.getFirst().id().equals(id) || hits.getFirst().score() >= 1 - TWIN));
    }
}
