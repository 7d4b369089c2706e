package io.sightline.indexer.store;

/**
 * A neighbour.
 *
 * @param image what was found
 * @param score cosine of query and image, -1 to 1
 */
public record Hit(StoredImage image, double score) {}
