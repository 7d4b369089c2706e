package io.sightline.deploy.demo;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a version. Immutable.
 *
 * @param version its name
 * @param status its state in the topic
 * @param recallAt1 Recall@1 on the test classes, 0 to 1, measured through the search API; null if it was not active
 * @param mapAtR MAP@R, likewise
 * @param indexed images in its index at the end, all checked; null if it was never active
 * @param steps optimiser steps behind it
 * @param publishToActiveSeconds from its publication to the swap; null before
 */
record VersionRow(
        String version,
        String status,
        @Nullable Double recallAt1,
        @Nullable Double mapAtR,
        @Nullable Integer indexed,
        long steps,
        @Nullable Double publishToActiveSeconds) {

    /** Whether it answers searches, or did. */
    boolean hasBeenActive() {
        return status.equals("ACTIVE") || status.equals("RETIRED");
    }
}
