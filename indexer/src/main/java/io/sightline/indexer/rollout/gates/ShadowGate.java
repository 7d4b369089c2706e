package io.sightline.indexer.rollout.gates;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.NoUnitVectorException;
import io.sightline.embedder.runtime.VersionNetwork;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Filter;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.avro.ModelEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many of the ten nearest neighbours of live queries the new index shares with the one that answers. A number to
 * watch more than a test; but where next to nothing is shared something is wrong. Against a network that was never
 * trained it says nothing and is only noted.
 *
 * <p>On failure: the new version's artifact has to be there and sound. Where that of the active version is not, queries by
 * image are left out and the result says so: that is no fault of the new version, which may be what mends it.
 */
final class ShadowGate implements Gate {

    private static final Logger LOG = LoggerFactory.getLogger(ShadowGate.class);
    private static final int K = 10;
    private static final int EF = 100;
    /** A few queries say nothing of all: images of the index stand in for more. */
    private static final int FEW = 50;

    private static final int STAND_INS = 100;

    @Override
    public GateResult look(GateContext context, StopSign stop) {
        VectorStore activeStore = context.activeStore();
        ModelEvent active = context.active();
        if (activeStore == null || active == null) {
            return GateResult.passed("there are no neighbours to compare with", Map.of());
        }
        List<LiveQuery> queries = new ArrayList<>(context.queries());
        if (queries.size() < FEW) {
            queries.addAll(standIns(activeStore, stop));
        }
        List<Double> overlaps = new ArrayList<>();
        boolean images = queries.stream().anyMatch(query -> query.image() != null);
        boolean comparable;
        try (@Nullable VersionNetwork after = images ? load(context.staged()) : null;
                @Nullable VersionNetwork before = images ? loadIfPossible(active) : null) {
            comparable = !images || before != null;
            for (LiveQuery query : queries) {
                stop.check();
                Optional<Set<String>> was = neighbours(query, activeStore, before);
                Optional<Set<String>> is = neighbours(query, context.stagedStore(), after);
                if (was.isPresent() && is.isPresent() && !was.get().isEmpty()) {
                    Set<String> shared = new HashSet<>(was.get());
                    shared.retainAll(is.get());
                    overlaps.add((double) shared.size() / was.get().size());
                }
            }
        }
        double min =
                active.getLineage().getSteps() == 0 ? 0 : context.settings().minOverlap();
        GateResult verdict = verdict(overlaps, min);
        return comparable
                ? verdict
                : new GateResult(
                        verdict.passed(),
                        verdict.reason() + ", without those by image: the active version's network cannot be loaded",
                        verdict.figures());
    }

    private static GateResult verdict(List<Double> overlaps, double min) {
        if (overlaps.isEmpty()) {
            return GateResult.passed("there is no query to compare neighbours of", Map.of("shadow.queries", 0.0));
        }
        List<Double> sorted = overlaps.stream().sorted().toList();
        double mean = sorted.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        Map<String, Double> figures = Map.of(
                "shadow.queries",
                (double) sorted.size(),
                "shadow.overlapAt10",
                mean,
                "shadow.overlapAt10.p10",
                sorted.get(sorted.size() / 10),
                "shadow.min",
                min);
        String text = String.format(
                Locale.ROOT,
                "%d live queries share %.3f of their 10 neighbours with the active index",
                sorted.size(),
                mean);
        return mean < min
                ? GateResult.failed(
                        "shadow gate: " + text + String.format(Locale.ROOT, ", less than %.3f", min), figures)
                : GateResult.passed(text, figures);
    }

    private static List<LiveQuery> standIns(VectorStore store, StopSign stop) {
        return Sample.of(store, STAND_INS, 1, any -> true, stop).stream()
                .map(image -> new LiveQuery(image.id(), null))
                .toList();
    }

    /** Ids of the neighbours; empty if the query cannot be asked there. */
    private static Optional<Set<String>> neighbours(
            LiveQuery query, VectorStore store, @Nullable VersionNetwork network) {
        String id = query.id();
        Optional<float[]> vector =
                id == null ? embed(network, query.image()) : store.find(id).map(EmbeddedImage::vector);
        Set<String> self = id == null ? Set.of() : Set.of(id);
        return vector.map(found -> store.nearest(new NearestQuery(found, K, EF, Filter.NONE, self, null)).stream()
                .map(Hit::id)
                .collect(Collectors.toSet()));
    }

    private static VersionNetwork load(ModelEvent event) {
        return VersionNetwork.load(ModelArtifact.of(event), ImageLimits.DEFAULT);
    }

    /** The network of the active version; null if it cannot be loaded. */
    private static @Nullable VersionNetwork loadIfPossible(ModelEvent active) {
        try {
            return load(active);
        } catch (ArtifactException e) {
            LOG.warn("queries by image are not compared: {}", e.getMessage());
            return null;
        }
    }

    private static Optional<float[]> embed(@Nullable VersionNetwork network, byte @Nullable [] image) {
        try {
            return network == null || image == null ? Optional.empty() : Optional.of(network.embed(image));
        } catch (RejectedImageException | NoUnitVectorException e) {
            return Optional.empty();
        }
    }
}
