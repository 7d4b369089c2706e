package io.sightline.indexer.store;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search for nearest neighbours by cosine.
 *
 * @param vector [d], unit length
 * @param k neighbours wanted
 * @param ef candidates that the graph search keeps, at least k: more is slower and more exact
 * @param tags tags that a neighbour must have
 * @param label label that a neighbour must have, null for any
 * @param excluded ids that are left out
 */
public record NearestQuery(
        float[] vector,
        int k,
        int ef,
        Map<String, String> tags,
        @Nullable String label,
        Set<String> excluded) {}
