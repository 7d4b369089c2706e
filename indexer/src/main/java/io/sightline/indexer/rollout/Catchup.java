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
 * Decides whether a staged version has no lag. The stream never stands still, so that is asked of a target: the end of
 * the images topic at one moment, at most {@link #LONGEST_TARGET} ago. A version has caught up when its lane has
 * committed all of the target and its index has made searchable all that was written by then. A target that is missed
 * is replaced by a newer one. Not thread-safe.
 */
final class Catchup {

    private static final Duration LONGEST_TARGET = Duration.ofSeconds(3);

    /** The brokers were away, or the machine was asleep: that is no fault of the version. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String version;
    private @Nullable Target target;
    private long progress = -1;
    private Instant progressed;
    private Instant looked;

    Catchup(String version, Instant now) {
        this.version = version;
        this.progressed = now;
        this.looked = now;
    }

    private record Target(
            Instant since, Map<TopicPartition, Long> images, Optional<Map<TopicPartition, Long>> embeddings) {

        boolean isCommitted(LaneProgress progress) {
            return images.entrySet().stream()
                    .allMatch(end -> progress.committed().getOrDefault(end.getKey(), 0L) >= end.getValue());
        }

        Target written(Map<TopicPartition, Long> ends) {
            return new Target(since, images, Optional.of(ends));
        }
    }

    /** Which version this is about. */
    String version() {
        return version;
    }

    /** How long neither the lane nor the index has moved, as of the last look; time in which nobody could look aside. */
    Duration stalledFor(Instant now) {
        return Duration.between(progressed, now);
    }

    private void noteProgress(LaneProgress lane, LaneIndex index, Instant now) {
        Duration since = Duration.between(looked, now);
        if (since.compareTo(LONGEST_PAUSE) > 0) {
            progressed = progressed.plus(since);
        }
        looked = now;
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
     */
    boolean isComplete(LaneProgress progress, LaneIndex index, Instant now) {
        noteProgress(progress, index, now);
        Target current = target;
        if (current == null || now.isAfter(current.since.plus(LONGEST_TARGET))) {
            current = new Target(now, progress.images(), Optional.empty());
        }
        if (current.embeddings.isEmpty()
                && current.isCommitted(progress)
                && !progress.embeddings().isEmpty()) {
            current = current.written(progress.embeddings());
        }
        target = current;
        return current.embeddings.filter(index::hasReached).isPresent();
    }

    /** The target of the last look: the next offset of each partition of the images topic, all below is in the index. */
    Map<TopicPartition, Long> images() {
        return target == null ? Map.of() : target.images;
    }
}
