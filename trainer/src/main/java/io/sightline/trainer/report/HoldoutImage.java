package io.sightline.trainer.report;

/**
 * An image of the holdout.
 *
 * @param id image id
 * @param pixels [size, size, channels] uint8, row-major
 */
public record HoldoutImage(String id, byte[] pixels) {}
