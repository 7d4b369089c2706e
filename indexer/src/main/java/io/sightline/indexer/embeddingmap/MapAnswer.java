package io.sightline.indexer.embeddingmap;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code GET /v1/map}.
 *
 * @param version whose index it is a sample of
 * @param before the version that answered before, if this one is active and the index of that one is still there
 * @param sample images that were drawn at most: what was asked for, rounded up to one of a few sizes
 * @param state {@code waiting} for another map, {@code computing}, {@code ready}, or {@code failed}
 * @param progress 0 to 1
 * @param images searchable images of the version, now
 * @param computedTime when the points were; null if there are none yet
 * @param message why it failed, else null
 * @param points images of the sample; none before they are ready
 */
record MapAnswer(
        String version,
        @Nullable String before,
        int sample,
        String state,
        double progress,
        long images,
        @Nullable Instant computedTime,
        @Nullable String message,
        List<MapPoint> points) {}
