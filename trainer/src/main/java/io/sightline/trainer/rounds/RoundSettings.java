package io.sightline.trainer.rounds;

import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.replay.HoldoutRule;
import java.time.Duration;

/**
 * When to train and when to publish. Immutable.
 *
 * @param steps optimiser steps of a round
 * @param minClasses classes with two training images before training starts
 * @param settle how long the labelled stream must have been quiet before the first round
 * @param longestSettle after this the first round starts anyway
 * @param patience rejected rounds in a row, without new labels, after which the trainer waits for new labels
 * @param minInterval least time between two published versions
 * @param holdout classes kept out of training
 * @param gate what a candidate must pass
 * @param imagesPerClass replay bound: images of a class in each partition
 * @param replayBytes replay bound: bytes of pixels in each partition
 */
public record RoundSettings(
        int steps,
        int minClasses,
        Duration settle,
        Duration longestSettle,
        int patience,
        Duration minInterval,
        HoldoutRule holdout,
        Gate gate,
        int imagesPerClass,
        long replayBytes) {

    /** Rounds of 200 steps, a tenth of the classes held out, a version a minute at the most. */
    public static final RoundSettings DEFAULT = new RoundSettings(
            200,
            8,
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            3,
            Duration.ofMinutes(1),
            new HoldoutRule(0.1),
            new Gate(0),
            1000,
            256L * 1024 * 1024);

    /** The same with another round length and interval. */
    public RoundSettings with(int otherSteps, Duration otherInterval) {
        return new RoundSettings(
                otherSteps,
                minClasses,
                settle,
                longestSettle,
                patience,
                otherInterval,
                holdout,
                gate,
                imagesPerClass,
                replayBytes);
    }

    /** The same, but training goes on however often a round is rejected. */
    public RoundSettings withoutEnd() {
        return new RoundSettings(
                steps,
                minClasses,
                settle,
                longestSettle,
                Integer.MAX_VALUE,
                minInterval,
                holdout,
                gate,
                imagesPerClass,
                replayBytes);
    }

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
    }
}
