package io.sightline.trainer.rounds;

import io.sightline.trainer.report.CurvePoint;
import org.jspecify.annotations.Nullable;

/**
 * What the trainer is doing. Immutable.
 *
 * @param phase in a word or two
 * @param detail why it waits, or what failed; empty if there is nothing to say
 * @param steps steps since the initial network
 * @param roundProgress how far the round is, 0 to 1
 * @param classes training classes with a proxy
 * @param images training images in the replay store
 * @param loss batch loss of the last step, NaN before the first
 * @param stepMillis mean time of a step in the present round, NaN before the first
 * @param latest the latest point of the training curves, null before the first
 */
public record TrainerStatus(
        String phase,
        String detail,
        long steps,
        double roundProgress,
        int classes,
        int images,
        double loss,
        double stepMillis,
        @Nullable CurvePoint latest) {}
