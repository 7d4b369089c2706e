package io.sightline.indexer.search;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sightline.indexer.store.StoredImage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code POST /v1/search}: all hits of one version.
 *
 * @param version the version whose index answered, and whose network embedded the query unless mappedFrom says otherwise
 * @param mappedFrom the compatible version that embedded the query, which was then mapped into this version's space; null
 *     if none did
 * @param tookMicros time in the server
 * @param hits neighbours, best first
 * @param next for {@link SearchRequest#after()} of the next page; null if there are no more hits, or if the pages are as
 *     deep as they go ({@value SearchRequest#MAX_EF} hits)
 * @param explain how the answer came to be, if that was asked for
 */
record SearchAnswer(
        String version,
        @Nullable String mappedFrom,
        long tookMicros,
        List<Neighbour> hits,
        @Nullable String next,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Explanation explain) {

    /**
     * A neighbour.
     *
     * @param id image id
     * @param score cosine, -1 to 1
     * @param label class, null if it is not labelled
     * @param tags tags of the image
     * @param version version of its vector, as it stands in the index
     * @param eventTime time of the image event
     * @param coordinates where the image event lies
     */
    record Neighbour(
            String id,
            double score,
            @Nullable String label,
            Map<String, String> tags,
            String version,
            Instant eventTime,
            StoredImage.Origin coordinates) {

        static Neighbour of(StoredImage image, double score) {
            return new Neighbour(
                    image.id(), score, image.label(), image.tags(), image.version(), image.eventTime(), image.origin());
        }
    }
}
