package io.sightline.trainer.rounds;

/**
 * What the trainer is doing. Immutable.
 *
 * @param phase in a word or two
 * @param steps steps since the initial network
 * @param classes training classes with a proxy
 * @param images training images in the replay store
 * @param loss batch loss of the last step, NaN before the first
 * @param stepMillis mean time of a step in the present round, NaN before the first
 */
public record TrainerStatus(String phase, long steps, int classes, int images, double loss, double stepMillis) {}
