package io.sightline.deploy.bench;

import io.sightline.trainer.losses.Combined;
import io.sightline.trainer.losses.MultiSimilarity;
import io.sightline.trainer.losses.NormSoftmax;
import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.losses.SoftTriple;
import io.sightline.trainer.losses.SupCon;
import io.sightline.trainer.see.ExpansionSchedule;
import io.sightline.trainer.see.SeeSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A way to train, as a change of Proxy-Anchor at the reference settings.
 *
 * @param name in the table
 * @param idea what it tries
 * @param change applied to the settings; the number is that of the run's steps
 */
record Recipe(String name, String idea, BiConsumer<TrainingSettings.Draft, Integer> change) {

    private static final double DECAY = 0.99;

    /** Share of the run after which the ramp of SEE has reached its height: two thirds, as in the reference runs. */
    private static final double RAMP = 2.0 / 3;

    private static final ProxyAnchor SOFT = new ProxyAnchor(16, 0.1, 1);

    static final List<Recipe> ALL = List.of(
            of("pa", "Proxy-Anchor as published", (draft, steps) -> {}),
            of("see", "SEE as published", (draft, steps) -> draft.loss = see(steps)),
            of(
                    "see-late-z",
                    "SEE, gradient through z in the second half of the run",
                    (draft, steps) ->
                            draft.loss = see(steps).withGradient(new SeeSettings.Gradient.ThroughZ(steps / 2.0))),
            of(
                    "see-negative",
                    "SEE, synthetics in the negative term alone",
                    (draft, steps) -> draft.loss = see(steps).withTerm(SeeSettings.Term.NEGATIVE)),
            of(
                    "see-negative-x5",
                    "the same with five times the weight",
                    (draft, steps) -> draft.loss =
                            see(steps).withTerm(SeeSettings.Term.NEGATIVE).withLambda(1)),
            of(
                    "see-confident",
                    "SEE, samples chosen by cosine (0.5 to 0.3), not by rank",
                    (draft, steps) -> draft.loss =
                            see(steps).withSchedule(new ExpansionSchedule.Threshold(0.5, 0.3, 0.3, RAMP * steps))),
            of(
                    "see-strong",
                    "SEE through z from the start, lambda 1, all samples in the end",
                    (draft, steps) -> draft.loss = see(steps)
                            .withLambda(1)
                            .withGradient(new SeeSettings.Gradient.ThroughZ(0))
                            .withSchedule(new ExpansionSchedule.Share(0, 1, RAMP * steps))),
            of(
                    "pa-means",
                    "proxies start at the means of their classes",
                    (draft, steps) -> draft.proxyStart = TrainingSettings.ProxyStart.CLASS_MEAN),
            of("pa-average", "averaged weights are served", (draft, steps) -> draft.averaging = DECAY),
            of("pa-sub3", "three proxies a class", (draft, steps) -> draft.loss = new ProxyAnchor(32, 0.1, 3)),
            of("pa-soft", "alpha 16", (draft, steps) -> draft.loss = SOFT),
            of("pa-softer", "alpha 8", (draft, steps) -> draft.loss = new ProxyAnchor(8, 0.1, 1)),
            of("pa-wide", "margin 0.3", (draft, steps) -> draft.loss = new ProxyAnchor(32, 0.3, 1)),
            of(
                    "pa-ms",
                    "plus Multi-Similarity between the samples of the batch",
                    (draft, steps) -> draft.loss = new Combined(ProxyAnchor.DEFAULT, MultiSimilarity.DEFAULT, 1)),
            of(
                    "pa-supcon",
                    "plus SupCon between the samples of the batch",
                    (draft, steps) -> draft.loss = new Combined(ProxyAnchor.DEFAULT, SupCon.DEFAULT, 1)),
            of("pa-pairs", "batches of twice the classes, half the images of each", Recipe::pairs),
            of("see-pairs", "SEE on such batches", (draft, steps) -> {
                draft.loss = see(steps);
                pairs(draft, steps);
            }),
            of("pa-soft-pairs", "alpha 16 and such batches", (draft, steps) -> {
                draft.loss = SOFT;
                pairs(draft, steps);
            }),
            of("pa-all", "alpha 16, such batches and SupCon", (draft, steps) -> {
                draft.loss = new Combined(SOFT, SupCon.DEFAULT, 1);
                pairs(draft, steps);
            }),
            of("see-all", "the same with SEE", (draft, steps) -> {
                draft.loss = new Combined(see(steps).withProxyAnchor(SOFT), SupCon.DEFAULT, 1);
                pairs(draft, steps);
            }),
            of(
                    "pa-shyer",
                    "augmentation of half the size",
                    (draft, steps) -> draft.augmentation = scaled(draft.augmentation, 0.5)),
            of(
                    "pa-bolder",
                    "augmentation of 5/3 the size, which is the trainer's own for drawings",
                    (draft, steps) -> draft.augmentation = scaled(draft.augmentation, 5.0 / 3)),
            of(
                    "pa-turns",
                    "each class turned by quarters as four classes",
                    (draft, steps) -> draft.quarterTurns = true),
            of("norm-softmax", "normalised softmax alone", (draft, steps) -> draft.loss = NormSoftmax.DEFAULT),
            of("soft-triple", "SoftTriple alone", (draft, steps) -> draft.loss = SoftTriple.DEFAULT),
            of("ms", "Multi-Similarity alone", (draft, steps) -> draft.loss = MultiSimilarity.DEFAULT),
            of("supcon", "SupCon alone", (draft, steps) -> draft.loss = SupCon.DEFAULT));

    /** A change of Proxy-Anchor as published, whose proxies start at random. */
    private static Recipe of(String name, String idea, BiConsumer<TrainingSettings.Draft, Integer> change) {
        BiConsumer<TrainingSettings.Draft, Integer> published = (draft, steps) -> {
            draft.loss = ProxyAnchor.DEFAULT;
            draft.proxyStart = TrainingSettings.ProxyStart.RANDOM;
        };
        return new Recipe(name, idea, published.andThen(change));
    }

    private static void pairs(TrainingSettings.Draft draft, int steps) {
        draft.classesPerBatch *= 2;
        draft.imagesPerClass /= 2;
    }

    private static Augmentation scaled(Augmentation usual, double factor) {
        return new Augmentation(
                factor * usual.degrees(), factor * usual.scale(), factor * usual.shift(), usual.mirror());
    }

    /** The recipe of a name. */
    static Recipe of(String name) {
        return ALL.stream()
                .filter(recipe -> recipe.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no recipe '" + name + "'; there are "
                        + ALL.stream().map(Recipe::name).toList()));
    }

    private static SeeSettings see(int steps) {
        return SeeSettings.published(Math.max(1, (int) (RAMP * steps)));
    }
}
