package io.sightline.indexer.search;

import io.sightline.indexer.store.Hit;
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
 */
record SearchAnswer(String version, @Nullable String mappedFrom, long tookMicros, List<Neighbour> hits) {

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

        static Neighbour of(Hit hit) {
            StoredImage image = hit.image();
            return new Neighbour(
                    image.id(),
                    hit.score(),
                    image.label(),
                    image.tags(),
                    image.version(),
                    image.eventTime(),
                    image.origin());
        }
    }
}
