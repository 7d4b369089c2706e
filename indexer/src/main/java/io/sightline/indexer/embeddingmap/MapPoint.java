package io.sightline.indexer.embeddingmap;

import org.jspecify.annotations.Nullable;

/**
 * An image in the plane.
 *
 * @param id image id
 * @param label class, null if it is not labelled
 * @param x -1 to 1
 * @param y -1 to 1
 */
record MapPoint(String id, @Nullable String label, double x, double y) {}
