package io.sightline.trainer.replay;

/**
 * One labelled image, ready for the network.
 *
 * @param id image id
 * @param label its class
 * @param eventMillis when the image was made, in milliseconds since 1970
 * @param pixels preprocessed, [size, size, channels] uint8; treat as immutable
 */
public record ReplayItem(String id, String label, long eventMillis, byte[] pixels) {}
