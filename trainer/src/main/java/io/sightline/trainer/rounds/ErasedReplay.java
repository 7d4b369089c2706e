package io.sightline.trainer.rounds;

import io.sightline.embedder.erasure.Holder;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import io.sightline.trainer.replay.ReplayBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The replay store as a place that holds images: the labelled images in memory and the changelog that they are restored
 * from. An image is out of it when the join has committed its deletion.
 *
 * @param committed topic-partition to next offset, as the join has committed
 */
record ErasedReplay(String id, ReplayBuffer buffer, Supplier<Map<String, Long>> committed) implements Holder {

    @Override
    public String place() {
        return "replay-store";
    }

    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        Map<String, Long> now = committed.get();
        Map<Erasure, String> done = new HashMap<>();
        for (Erasure erasure : pending) {
            boolean past = now.getOrDefault(Topics.IMAGES + "-" + erasure.getPartition(), 0L) > erasure.getOffset();
            if (past && !mayHold(erasure)) {
                done.put(erasure, "the join has committed the deletion, and the store does not have it");
            }
        }
        return done;
    }

    /** What is there under the id may have been sent again since. */
    private boolean mayHold(Erasure erasure) {
        return buffer.seen(Topics.IMAGES, erasure.getPartition()) <= erasure.getOffset()
                && buffer.holds(erasure.getId());
    }
}
