package io.sightline.indexer.pipeline;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer of {@code GET /v1/pipeline}.
 *
 * @param time of the newest figures; null if there are none yet
 * @param failure why they are not new; null if they are
 * @param active the active version, null if there is none
 * @param imageEvents image events ever
 * @param imagesPerSecond image events that arrive; null before two figures are there
 * @param searches answered by this process
 * @param searchesPerSecond the same a second; null before two figures are there
 * @param freshness from event to searchable
 * @param lanes of each live version, oldest first
 * @param history rates of the last minutes, oldest first
 */
record PipelineAnswer(
        @Nullable Instant time,
        @Nullable String failure,
        @Nullable String active,
        long imageEvents,
        @Nullable Double imagesPerSecond,
        long searches,
        @Nullable Double searchesPerSecond,
        RecentDelays.Measured freshness,
        List<Lane> lanes,
        List<Rates> history) {

    /**
     * A lane and its index.
     *
     * @param version of both
     * @param status of the version
     * @param lag image events that it has not embedded yet
     * @param embedded how much of the image events it has, 0 to 1
     * @param perSecond image events that it embeds; null before two figures are there
     * @param etaSeconds when its lag is gone at this rate; null if that cannot be said
     * @param images searchable images; null if the index cannot be asked
     * @param behind records that its index has not read yet
     * @param indexReady whether its index may answer
     * @param indexed how much of what it needs for that its index holds, 0 to 1
     * @param failure why the index stopped, or does not answer; null if it does
     */
    record Lane(
            String version,
            String status,
            long lag,
            double embedded,
            @Nullable Double perSecond,
            @Nullable Long etaSeconds,
            @Nullable Long images,
            long behind,
            boolean indexReady,
            double indexed,
            @Nullable String failure) {}

    /**
     * Rates at one moment.
     *
     * @param time when
     * @param imagesPerSecond image events that arrive
     * @param searchesPerSecond searches that this process answers
     */
    record Rates(Instant time, double imagesPerSecond, double searchesPerSecond) {}
}
