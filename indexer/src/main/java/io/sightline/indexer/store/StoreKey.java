package io.sightline.indexer.store;

import io.sightline.schemas.Vectors;

/**
 * What a store is made of: a store of anything else must not be opened for it. Immutable.
 *
 * @param version model version
 * @param dimensions d of its vectors
 * @param topicId of the version's embeddings topic: offsets of a topic that was made anew mean nothing
 * @param labelsTopicId of the labels topic, likewise
 */
public record StoreKey(String version, int dimensions, String topicId, String labelsTopicId) {

    /**
     * Checks that an image lies in this store's space.
     *
     * @throws IllegalArgumentException if it is of another version, of other dimensions or no unit vector
     */
    public void requireOurSpace(EmbeddedImage image) {
        float[] vector = image.vector();
        if (!image.image().version().equals(version) || vector.length != dimensions) {
            throw new IllegalArgumentException("image " + image.image().id() + " is of version "
                    + image.image().version() + " with " + vector.length + " dimensions, not of " + version + " with "
                    + dimensions);
        }
        if (!Vectors.isUnit(vector)) {
            throw new IllegalArgumentException("the vector of image "
                    + image.image().id() + " has length " + Math.sqrt(Vectors.squaredLength(vector)) + ", not 1");
        }
    }
}
