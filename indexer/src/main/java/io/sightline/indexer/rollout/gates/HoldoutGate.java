package io.sightline.indexer.rollout.gates;

import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.indexer.store.EmbeddedImage;
import io.sightline.indexer.store.Filter;
import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Recall@1 of labelled images that training never saw, among all of their kind, in the new index and in the one that
 * answers. The same queries are asked of both, so chance is in those only that one of the two gets right: of b that are
 * lost and c that are won the difference is chance up to two standard deviations, 2 sqrt(b + c) (McNemar).
 */
final class HoldoutGate implements Gate {

    private static final int EF = 100;
    private static final double DEVIATIONS = 2;

    @Override
    public GateResult look(GateContext context, StopSign stop) {
        VectorStore active = context.activeStore();
        Map<String, String> settings = context.staged().getSettings();
        if (active == null || HoldoutRule.of(settings).isEmpty()) {
            return GateResult.passed("there is nothing to compare the holdout with", Map.of());
        }
        List<StoredImage> sample = Sample.of(
                active,
                context.settings().holdoutQueries(),
                context.staged().getVersion().hashCode(),
                image -> image.label() != null && HoldoutRule.isHeldOut(settings, image.id(), image.label()),
                stop);
        Filter gallery =
                HoldoutRule.isByImages(settings) ? Filter.NONE : new Filter(labels(sample), Map.of(), null, null);
        int queries = 0;
        int right = 0;
        int activeRight = 0;
        int lost = 0;
        int won = 0;
        for (StoredImage image : sample) {
            stop.check();
            Optional<EmbeddedImage> before = active.find(image.id());
            Optional<EmbeddedImage> after = context.stagedStore().find(image.id());
            if (before.isEmpty() || after.isEmpty()) {
                continue;
            }
            boolean wasRight = isRight(active, before.get(), gallery);
            boolean isRight = isRight(context.stagedStore(), after.get(), gallery);
            queries++;
            right += isRight ? 1 : 0;
            activeRight += wasRight ? 1 : 0;
            lost += wasRight && !isRight ? 1 : 0;
            won += isRight && !wasRight ? 1 : 0;
        }
        return verdict(context.settings(), queries, right, activeRight, lost, won);
    }

    private static GateResult verdict(
            GateSettings settings, int queries, int right, int activeRight, int lost, int won) {
        if (queries < settings.fewQueries()) {
            return GateResult.passed(
                    "too few held-out images (" + queries + ") to compare",
                    Map.of("holdout.queries", (double) queries));
        }
        double chance = DEVIATIONS * Math.sqrt(lost + won) / queries;
        double recall = (double) right / queries;
        double activeRecall = (double) activeRight / queries;
        Map<String, Double> figures = Map.of(
                "holdout.queries", (double) queries,
                "holdout.recallAt1", recall,
                "holdout.active.recallAt1", activeRecall,
                "holdout.chance", chance);
        String text = String.format(
                Locale.ROOT,
                "Recall@1 of %d held-out images is %.4f, %.4f in the active index (chance +-%.4f)",
                queries,
                recall,
                activeRecall,
                chance);
        return activeRecall - recall > settings.holdoutMargin() + chance
                ? GateResult.failed("holdout gate: " + text, figures)
                : GateResult.passed(text, figures);
    }

    private static Set<String> labels(List<StoredImage> images) {
        return images.stream().map(StoredImage::label).filter(Objects::nonNull).collect(Collectors.toSet());
    }

    private static boolean isRight(VectorStore store, EmbeddedImage query, Filter gallery) {
        List<Hit> hits = store.nearest(new NearestQuery(
                query.vector(), 1, EF, gallery, Set.of(query.image().id()), null));
        return !hits.isEmpty()
                && Objects.equals(hits.getFirst().image().label(), query.image().label());
    }
}
