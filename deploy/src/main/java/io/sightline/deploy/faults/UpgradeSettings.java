package io.sightline.deploy.faults;

import java.time.Duration;

/**
 * A rolling upgrade under load. Immutable.
 *
 * @param images that are there at the start
 * @param imagesPerSecond that are posted all the time
 * @param clients that search all the time
 * @param pause between a process that is ready again and the next one that stops
 * @param trainer whether a trainer is among them
 * @param brokers whether the brokers are restarted as well, one after the other
 * @param seed of images and networks
 */
public record UpgradeSettings(
        int images, int imagesPerSecond, int clients, Duration pause, boolean trainer, boolean brokers, long seed) {

    /** Checks the ranges. */
    public UpgradeSettings {
        if (images < 1 || imagesPerSecond < 1 || clients < 1) {
            throw new IllegalArgumentException("images, images a second and clients must be at least 1, not " + images
                    + ", " + imagesPerSecond + " and " + clients);
        }
        if (pause.isNegative()) {
            throw new IllegalArgumentException("the pause must not be negative, but is " + pause);
        }
    }
}
