package io.sightline.deploy.faults;

/**
 * What a version's lane has made of the images. Immutable.
 *
 * @param images that were sent
 * @param missing images without an embedding
 * @param duplicates embeddings of an image beyond its first
 * @param wrong embeddings that are not what the network gives for the image, or not of its event or version
 * @param alike images that the network does not tell from the one before: a mix-up of these would not be seen
 */
record VersionOutcome(String version, int images, int missing, int duplicates, int wrong, int alike) {

    boolean isClean() {
        return missing == 0 && duplicates == 0 && wrong == 0;
    }
}
