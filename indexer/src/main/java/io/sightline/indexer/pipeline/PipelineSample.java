package io.sightline.indexer.pipeline;

import io.sightline.embedder.lanes.LaneProgress;
import java.time.Instant;
import java.util.Map;

/**
 * What the counters said at one moment. Immutable.
 *
 * @param time when
 * @param images image events ever, the sum of the ends of the partitions
 * @param searches answered by this process
 * @param lanes of each live version, how far its lane was
 */
record PipelineSample(Instant time, long images, long searches, Map<String, LaneProgress> lanes) {

    PipelineSample {
        lanes = Map.copyOf(lanes);
    }

    /** Image events that a lane has committed; 0 if it was not there. */
    long embedded(String version) {
        LaneProgress lane = lanes.get(version);
        return lane == null
                ? 0
                : lane.committed().values().stream().mapToLong(Long::longValue).sum();
    }
}
