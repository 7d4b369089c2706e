package io.sightline.deploy.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;

/**
 * What {@code --report} writes.
 *
 * @param data the images
 * @param images images that were sent
 * @param indexed images in the active index at the end
 * @param missing images that were sent, or were to be sent, and are not in the active index
 * @param duplicates found by the consistency check at the end, over all versions that still have an index
 * @param stale likewise
 * @param wrongVectors likewise
 * @param activeVersion the version that answered at the end
 * @param mixedAnswers answers that held hits of more than one version
 * @param seconds from the command to its end
 * @param versions one row per version
 */
record DemoReport(
        String data,
        int images,
        int indexed,
        int missing,
        int duplicates,
        int stale,
        int wrongVectors,
        String activeVersion,
        long mixedAnswers,
        double seconds,
        List<VersionRow> versions) {

    /** How many times one version replaced another. */
    int swaps() {
        return Math.max(
                0, (int) versions.stream().filter(VersionRow::hasBeenActive).count() - 1);
    }

    /** Whether every image was in the index, once, with its right vector, and no answer mixed versions. */
    @JsonIgnore
    boolean isClean() {
        return missing == 0 && duplicates == 0 && stale == 0 && wrongVectors == 0 && mixedAnswers == 0;
    }
}
