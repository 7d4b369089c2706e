package io.sightline.indexer.search;

import io.sightline.indexer.store.Hit;
import io.sightline.indexer.store.Nearest;
import io.sightline.indexer.store.Revision;
import io.sightline.indexer.store.StoredImage.Origin;
import io.sightline.schemas.Topics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an answer came to be.
 *
 * @param version whose index was searched
 * @param embeddedBy the version whose network made the query's vector; null if it was given, or is that of an indexed image
 * @param store kind of store
 * @param ef candidates that the graph search kept in the end
 * @param candidates images that were ranked
 * @param segments parts of the store that were searched one after the other
 * @param micros where the time went
 * @param events of each hit, in their order, the events that it was made of
 */
record Explanation(
        String version,
        @Nullable String embeddedBy,
        String store,
        int ef,
        int candidates,
        int segments,
        Timings micros,
        List<Events> events) {

    /**
     * Microseconds.
     *
     * @param query to embed the query, or to look up the image that it names
     * @param search in the store
     * @param read to read what is known of the hits
     */
    record Timings(long query, long search, long read) {}

    /**
     * The events that a document was made of.
     *
     * @param id image id
     * @param image where the image event lies
     * @param embedding where the embedding lies that was made of it
     */
    record Events(String id, Origin image, Origin embedding) {

        private static Events of(Hit hit, String version) {
            Revision revision = hit.image().revision();
            return new Events(
                    hit.id(),
                    hit.image().origin(),
                    new Origin(Topics.embeddings(version), revision.partition(), revision.embedding() - 1));
        }
    }

    static Explanation of(String version, @Nullable String embeddedBy, Nearest nearest, Timings micros) {
        Nearest.Trace trace = nearest.trace();
        return new Explanation(
                version,
                embeddedBy,
                trace.store(),
                trace.ef(),
                trace.candidates(),
                trace.segments(),
                micros,
                nearest.hits().stream().map(hit -> Events.of(hit, version)).toList());
    }
}
