package io.sightline.trainer.replay;

/**
 * One labelled image, ready for the network.
 *
 * @param id image id
 * @param label its class
 * @param pixels preprocessed, [size, size, channels] uint8; treat as immutable
 */
public record ReplayItem(String id, String label, byte[] pixels) {}
