package io.sightline.trainer.rounds;

import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.trainer.publish.Gate;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * When to train and when to publish. Immutable; start from {@link #DEFAULT} and change what is to differ.
 *
 * @param steps optimiser steps of a round at the most
 * @param newLabels changes of the labelled stream that end a round, 0 for none
 * @param longest training time that ends a round, zero for none
 * @param minClasses classes with two training images before training starts
 * @param settle how long the labelled stream must have been quiet before the first round
 * @param longestSettle after this the first round starts anyway
 * @param patience rejected rounds in a row, without new labels, after which the trainer waits for new labels
 * @param minInterval least time between two published versions
 * @param holdout what is kept out of training
 * @param gate what a candidate must pass
 * @param imagesPerClass replay bound: images of a class in each partition
 * @param replayBytes replay bound: bytes of pixels in each partition
 * @param compatible if there is a value, a version is published as compatible with the active one when its queries find
 *     at least so much more on the active version's gallery, through a map, than that version's own, in the gate's metric
 */
public record RoundSettings(
        int steps,
        long newLabels,
        Duration longest,
        int minClasses,
        Duration settle,
        Duration longestSettle,
        int patience,
        Duration minInterval,
        HoldoutRule holdout,
        Gate gate,
        int imagesPerClass,
        long replayBytes,
        OptionalDouble compatible) {

    /** Rounds of 200 steps, a tenth of the classes held out, a version a minute at the most. */
    public static final RoundSettings DEFAULT = new RoundSettings(
            200,
            0,
            Duration.ZERO,
            8,
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            3,
            Duration.ofMinutes(1),
            new HoldoutRule(0.1),
            new Gate(0),
            1000,
            64L * 1024 * 1024,
            OptionalDouble.empty());

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public RoundSettings {
        if (steps < 1 || minClasses < 2 || patience < 1) {
            throw new IllegalArgumentException("a round needs at least 1 step, 2 classes and a patience of 1, not "
                    + steps + ", " + minClasses + " and " + patience);
        }
        if (newLabels < 0 || (!longest.isZero() && longest.toMillis() < 1) || minInterval.isNegative()) {
            throw new IllegalArgumentException(
                    "new labels and least interval must not be negative, and the longest time, if there is one, is at least a"
                            + " millisecond: "
                            + newLabels + ", " + longest + ", " + minInterval);
        }
    }

    /** How far a round is, 0 to 1: by the first of its ends that comes near. */
    double progress(long roundSteps, long labels, double millis) {
        double progress = roundSteps / (double) steps;
        if (newLabels > 0) {
            progress = Math.max(progress, labels / (double) newLabels);
        }
        if (!longest.isZero()) {
            progress = Math.max(progress, millis / longest.toMillis());
        }
        return Math.min(1, progress);
    }

    /** A copy with some settings changed, for instance {@code with(draft -> draft.steps = 120)}. */
    public RoundSettings with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new RoundSettings(
                draft.steps,
                draft.newLabels,
                draft.longest,
                draft.minClasses,
                draft.settle,
                draft.longestSettle,
                draft.patience,
                draft.minInterval,
                draft.holdout,
                draft.gate,
                draft.imagesPerClass,
                draft.replayBytes,
                draft.compatible);
    }

    /** Settings that are being changed; see the components of {@link RoundSettings}. */
    public static final class Draft {
        public int steps;
        public long newLabels;
        public Duration longest;
        public int minClasses;
        public Duration settle;
        public Duration longestSettle;
        public int patience;
        public Duration minInterval;
        public HoldoutRule holdout;
        public Gate gate;
        public int imagesPerClass;
        public long replayBytes;
        public OptionalDouble compatible;

        private Draft(RoundSettings settings) {
            steps = settings.steps;
            newLabels = settings.newLabels;
            longest = settings.longest;
            minClasses = settings.minClasses;
            settle = settings.settle;
            longestSettle = settings.longestSettle;
            patience = settings.patience;
            minInterval = settings.minInterval;
            holdout = settings.holdout;
            gate = settings.gate;
            imagesPerClass = settings.imagesPerClass;
            replayBytes = settings.replayBytes;
            compatible = settings.compatible;
        }
    }
}
