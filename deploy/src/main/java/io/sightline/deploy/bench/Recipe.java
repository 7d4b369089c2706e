package io.sightline.deploy.bench;

import io.sightline.trainer.losses.ProxyAnchor;
import io.sightline.trainer.see.ExpansionSchedule;
import io.sightline.trainer.see.SeeSettings;
import io.sightline.trainer.training.TrainingSettings;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A way to train, as a change of the reference settings.
 *
 * @param name in the table
 * @param idea what it tries
 * @param change applied to the settings; the number is that of the run's steps
 */
record Recipe(String name, String idea, BiConsumer<TrainingSettings.Draft, Integer> change) {

    private static final double DECAY = 0.99;

    /** Share of the run after which the ramp of SEE has reached its height: two thirds, as in the reference runs. */
    private static final double RAMP = 2.0 / 3;

    static final List<Recipe> ALL = List.of(
            new Recipe("pa", "Proxy-Anchor as published: proxies start at random", (draft, steps) -> {
                draft.loss = ProxyAnchor.DEFAULT;
                draft.proxyStart = TrainingSettings.ProxyStart.RANDOM;
            }),
            new Recipe("see", "SEE as published: proxies start at random", (draft, steps) -> {
                draft.loss = see(steps);
                draft.proxyStart = TrainingSettings.ProxyStart.RANDOM;
            }),
            new Recipe(
                    "pa-means",
                    "Proxy-Anchor, proxies start at class means, as in all that follow",
                    (draft, steps) -> draft.loss = ProxyAnchor.DEFAULT),
            new Recipe("see-means", "SEE", (draft, steps) -> draft.loss = see(steps)),
            new Recipe(
                    "see-negative",
                    "synthetics in the negative term alone",
                    (draft, steps) -> draft.loss = see(steps).withTerm(SeeSettings.Term.NEGATIVE)),
            new Recipe(
                    "see-negative-x5",
                    "the same with five times the weight",
                    (draft, steps) -> draft.loss =
                            see(steps).withTerm(SeeSettings.Term.NEGATIVE).withLambda(1)),
            new Recipe(
                    "see-late-z",
                    "gradient through z in the second half of the run",
                    (draft, steps) ->
                            draft.loss = see(steps).withGradient(new SeeSettings.Gradient.ThroughZ(steps / 2.0))),
            new Recipe(
                    "see-confident",
                    "samples chosen by cosine (0.5 to 0.3), not by rank",
                    (draft, steps) -> draft.loss =
                            see(steps).withSchedule(new ExpansionSchedule.Threshold(0.5, 0.3, 0.3, RAMP * steps))),
            new Recipe("pa-average", "averaged weights are served", (draft, steps) -> {
                draft.loss = ProxyAnchor.DEFAULT;
                draft.averaging = DECAY;
            }),
            new Recipe("see-average", "SEE, averaged weights are served", (draft, steps) -> {
                draft.loss = see(steps);
                draft.averaging = DECAY;
            }),
            new Recipe(
                    "pa-sub3", "three sub-proxies a class", (draft, steps) -> draft.loss = new ProxyAnchor(32, 0.1, 3)),
            new Recipe("pa-turns", "each class turned by quarters as four classes", (draft, steps) -> {
                draft.loss = ProxyAnchor.DEFAULT;
                draft.quarterTurns = true;
            }),
            new Recipe("see-turns", "SEE, each class turned by quarters as four classes", (draft, steps) -> {
                draft.loss = see(steps);
                draft.quarterTurns = true;
            }));

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
