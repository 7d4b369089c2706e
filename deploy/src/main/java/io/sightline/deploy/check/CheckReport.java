package io.sightline.deploy.check;

import java.util.List;

/**
 * What a check found. Immutable.
 *
 * @param version the active version
 * @param images live images in the topic
 * @param deadLettered live images whose newest event could not be embedded by this version
 * @param indexed images in the index
 * @param missing live images that are not in the index
 * @param duplicates image events that were embedded more than once, and ids that the index has twice
 * @param stale images in the index that were deleted, replaced, relabelled or tagged otherwise since
 * @param wrongVectors images whose vector is not the embedding topic's, or in the sample not the network's
 * @param sampled images embedded again
 * @param examples some ids of each kind
 */
public record CheckReport(
        String version,
        int images,
        int deadLettered,
        int indexed,
        int missing,
        int duplicates,
        int stale,
        int wrongVectors,
        int sampled,
        List<String> examples) {

    /** Whether nothing was wrong. */
    public boolean isClean() {
        return missing == 0 && duplicates == 0 && stale == 0 && wrongVectors == 0;
    }
}
