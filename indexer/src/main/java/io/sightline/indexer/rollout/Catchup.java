package io.sightline.indexer.rollout;

import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.indexer.indexing.LaneIndex;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a staged version holds every image. The stream never stands still, so "lag 0" is asked of a
 * target: the end of the images topic at one moment, at most {@link #LONGEST_TARGET} ago. A version has caught up
 * when its lane has committed all of the target, its index has made searchable all that was written by then, and it
 * holds at least as many images as the active version did at the target. A target that is missed is replaced by a
 * newer one. Not thread-safe.
 */
final class Catchup {

    private static final Duration LONGEST_TARGET = Duration.ofSeconds(3);

    private final String version;
    private @Nullable Target target;
    private long progress = -1;
    private Instant progressed;

    Catchup(String version, Instant now) {
        this.version = version;
        this.progressed = now;
    }

    private record Target(
            Instant since,
            Map<TopicPartition, Long> images,
            long documents,
            Optional<Map<TopicPartition, Long>> embeddings) {

        boolean isCommitted(LaneProgress progress) {
            return images.entrySet().stream()
                    .allMatch(end -> progress.committed().getOrDefault(end.getKey(), 0L) >= end.getValue());
        }

        Target written(Map<TopicPartition, Long> ends) {
            return new Target(since, images, documents, Optional.of(ends));
        }
    }

    /** Which version this is about. */
    String version() {
        return version;
    }

    /** How long neither the lane nor the index has moved, as of the last look. */
    Duration stalledFor(Instant now) {
        return Duration.between(progressed, now);
    }

    private void noteProgress(LaneProgress lane, LaneIndex index, Instant now) {
        long sum = index.store().count()
                + lane.committed().values().stream().mapToLong(Long::longValue).sum();
        if (sum != progress) {
            progress = sum;
            progressed = now;
        }
    }

    /**
     * Looks once more.
     *
     * @param progress of the staged version's lane, just read
     * @param index of the staged version
     * @param activeDocuments images in the active version's index now, 0 if there is none
     */
    boolean isComplete(LaneProgress progress, LaneIndex index, long activeDocuments, Instant now) {
        noteProgress(progress, index, now);
        Target current = target;
        if (current == null || now.isAfter(current.since.plus(LONGEST_TARGET))) {
            current = new Target(now, progress.images(), activeDocuments, Optional.empty());
        }
        if (current.embeddings.isEmpty()
                && current.isCommitted(progress)
                && !progress.embeddings().isEmpty()) {
            current = current.written(progress.embeddings());
        }
        target = current;
        return current.embeddings.filter(index::hasReached).isPresent()
                && index.store().count() >= current.documents;
    }
}
