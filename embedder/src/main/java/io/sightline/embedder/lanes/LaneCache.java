package io.sightline.embedder.lanes;

import io.sightline.embedder.erasure.Holder;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;

/**
 * A cache by content that lanes fill, as a place that holds images. A content is forgotten when the lanes are past the
 * deletion, since before they may bring it back; a lane that begins later passes erased images over. If another image has
 * the content, forgetting it costs time and nothing else.
 *
 * @param forget by SHA-256
 * @param lanes versions of the lanes that fill it
 * @param progress of a version's lane
 */
record LaneCache(
        String place, String id, Consumer<String> forget, List<String> lanes, Function<String, LaneProgress> progress)
        implements Holder {

    @Override
    public boolean isLasting() {
        return false;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        List<LaneProgress> now = lanes.stream().map(progress).toList();
        Map<Erasure, String> done = new HashMap<>();
        for (Erasure erasure : pending) {
            if (now.stream().allMatch(lane -> isPast(lane, erasure))) {
                erasure.getContentSha256s().forEach(forget);
                done.put(
                        erasure,
                        "forgot what it had of " + erasure.getContentSha256s().size() + " contents");
            }
        }
        return done;
    }

    private static boolean isPast(LaneProgress lane, Erasure erasure) {
        TopicPartition partition = new TopicPartition(Topics.IMAGES, erasure.getPartition());
        return lane.committed().getOrDefault(partition, 0L) > erasure.getOffset();
    }
}
