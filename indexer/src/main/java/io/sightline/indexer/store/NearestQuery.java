package io.sightline.indexer.store;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search for nearest neighbours by cosine.
 *
 * @param vector [d], unit length
 * @param k neighbours wanted
 * @param ef candidates that the graph search keeps; as many as are wanted or were seen, if that is more. More is slower
 *     and more exact
 * @param filter what a neighbour must have
 * @param excluded ids that are left out
 * @param after the last hit of the page before, null for the first page
 */
public record NearestQuery(
        float[] vector,
        int k,
        int ef,
        Filter filter,
        Set<String> excluded,
        @Nullable After after) {

    /**
     * Where a page ends. Hits are ordered by score, and those of one score by id.
     *
     * @param score of its last hit
     * @param id of its last hit
     * @param seen hits on this and all pages before
     */
    public record After(double score, String id, int seen) {

        /** Whether a hit comes later. */
        public boolean isBefore(Hit hit) {
            return hit.score() < score || (hit.score() == score && hit.id().compareTo(id) > 0);
        }
    }

    /** The first page, from all images. */
    public static NearestQuery of(float[] vector, int k, int ef) {
        return new NearestQuery(vector, k, ef, Filter.NONE, Set.of(), null);
    }

    /** How many candidates a store must look at. */
    public int candidates() {
        return Math.max(ef, least());
    }

    /** How many neighbours a page takes, with what was seen and what is left out. */
    public int least() {
        int seen = after == null ? 0 : after.seen;
        return Math.addExact(seen, k) + excluded.size();
    }

    /** The page of this query among hits that are in order: without what is excluded, and what came before. */
    public List<Hit> page(List<Hit> ranked) {
        return ranked.stream()
                .filter(hit -> !excluded.contains(hit.id()))
                .filter(hit -> after == null || after.isBefore(hit))
                .limit(k)
                .toList();
    }
}
