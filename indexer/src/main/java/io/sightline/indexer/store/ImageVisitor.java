package io.sightline.indexer.store;

/** Is shown all of a store. */
public interface ImageVisitor {

    /** A searchable image. */
    void image(StoredImage image);

    /** An image that was deleted, or could not be embedded, and is still remembered. */
    void tombstone(String id);
}
