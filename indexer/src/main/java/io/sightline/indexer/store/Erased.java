package io.sightline.indexer.store;

/**
 * An image whose bytes have to go. What was made of a later event of the same id is another image, and stays.
 *
 * @param id image id
 * @param deletion where the deletion lies
 */
public record Erased(String id, StoredImage.Origin deletion) {

    /** Whether something that was made of an event is to go. */
    public boolean covers(StoredImage.Origin origin) {
        return origin.partition() == deletion.partition() && origin.offset() < deletion.offset();
    }
}
