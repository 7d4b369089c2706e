package io.sightline.indexer.rollout.gates;

import com.google.common.collect.Lists;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image whose content goes through the new version's network once more finds itself first: what an index that is
 * filled with another network's vectors, or with those of other images, breaks, and a graph that lost an image. An image
 * that is as near as itself is a twin of the same content and no fault. What cannot be asked any more is left out: the
 * content is gone, or the image was deleted or replaced meanwhile.
 */
final class SelfRetrievalGate implements Gate {

    private static final int EF = 100;
    private static final int LARGE_EF = 1000;
    private static final int BATCH = 32;
    /** Far more than one network's rounding differs between batches, in the cosine. */
    private static final double TIE = 1e-5;

    @Override
    public GateResult look(GateContext context, StopSign stop) {
        List<StoredImage> sample = Sample.of(
                context.stagedStore(),
                context.settings().selfQueries(),
                context.staged().getVersion().hashCode(),
                any -> true,
                stop);
        Tally tally = new Tally();
        try (VersionNetwork network = VersionNetwork.load(ModelArtifact.of(context.staged()), ImageLimits.DEFAULT)) {
            Reembedding again = new Reembedding(context.source(), network, stop);
            for (List<StoredImage> batch : Lists.partition(sample, BATCH)) {
                again.embed(batch).forEach(one -> tally.ask(context.stagedStore(), one));
            }
            return tally.verdict(again.gone(), again.unavailable());
        }
    }

    private static final class Tally {

        private int asked;
        private int first;
        private int firstAtLargeEf;
        private int changed;
        private double minCosine = 1;
        private String lost = "";

        void ask(VectorStore store, Reembedding.Embedded query) {
            String id = query.image().id();
            boolean isFirst = query.vector() != null && findsItself(store, id, query.vector(), EF);
            boolean isFirstAtLargeEf =
                    isFirst || (query.vector() != null && findsItself(store, id, query.vector(), LARGE_EF));
            Optional<EmbeddedImage> now = store.find(id)
                    .filter(one -> one.image().revision().equals(query.image().revision()));
            if (now.isEmpty()) {
                changed++;
                return;
            }
            asked++;
            first += isFirst ? 1 : 0;
            firstAtLargeEf += isFirstAtLargeEf ? 1 : 0;
            lost = isFirstAtLargeEf ? lost : id;
            if (query.vector() != null) {
                minCosine = Math.min(minCosine, cosine(query.vector(), now.get().vector()));
            }
        }

        GateResult verdict(int gone, int unavailable) {
            if (asked < unavailable) {
                throw new IllegalStateException("the contents of " + unavailable + " of "
                        + (asked + changed + gone + unavailable)
                        + " sampled images cannot be had now; check the payload store");
            }
            Map<String, Double> figures = Map.of(
                    "self.sampled", (double) asked,
                    "self.first", (double) first,
                    "self.firstAtEf1000", (double) firstAtLargeEf,
                    "self.gone", (double) gone + changed,
                    "self.unavailable", (double) unavailable,
                    "self.minCosine", minCosine);
            int failed = asked - firstAtLargeEf;
            if (failed > 0) {
                return GateResult.failed(
                        "self-retrieval gate: " + failed + " of " + asked
                                + " sampled images do not find themselves when they are embedded again, image " + lost
                                + " for one",
                        figures);
            }
            return GateResult.passed(
                    asked == 0
                            ? "no sampled image has its content any more, so nothing was asked"
                            : "all of " + asked + " sampled images find themselves",
                    figures);
        }

        private static boolean findsItself(VectorStore store, String id, float[] vector, int ef) {
            List<Hit> hits = store.nearest(NearestQuery.of(vector, 1, ef));
            if (hits.isEmpty() || hits.getFirst().id().equals(id)) {
                return !hits.isEmpty();
            }
            // Nearer than the first hit would be an image that the graph has lost.
            double best = hits.getFirst().score();
            return store.find(id)
                    .filter(self -> Math.abs(cosine(vector, self.vector()) - best) <= TIE)
                    .isPresent();
        }

        private static double cosine(float[] left, float[] right) {
            double sum = 0;
            for (int i = 0; i < left.length; i++) {
                sum += (double) left[i] * right[i];
            }
            return sum;
        }
    }
}
