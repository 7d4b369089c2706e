package io.sightline.indexer.erasure;

import io.sightline.embedder.erasure.Holder;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.StoredImage;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Erasure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * What searches of one version can find. An image is out of it when the lane has committed its deletion, the index has
 * all that the lane had written by then, and the image is not in it. Tombstones of embeddings do not say which deletion
 * they are of, so it takes the lane's offsets to know.
 */
final class HiddenImages implements Holder {

    private final String version;
    private final String id;
    private final Supplier<Optional<LaneIndex>> index;
    private final Function<String, LaneProgress> progress;

    /** How far the version's embeddings went when its lane was first seen to be past a deletion. */
    private final Map<Erasure, Map<TopicPartition, Long>> targets = new HashMap<>();

    HiddenImages(
            String version, String id, Supplier<Optional<LaneIndex>> index, Function<String, LaneProgress> progress) {
        this.version = version;
        this.id = id;
        this.index = index;
        this.progress = progress;
    }

    @Override
    public String place() {
        return "index/" + version;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean isLasting() {
        return true;
    }

    @Override
    public Map<Erasure, String> erase(List<Erasure> pending) {
        return hidden(pending, "no search finds it");
    }

    /** Those of the pending that no search finds any more. */
    Map<Erasure, String> hidden(List<Erasure> pending, String detail) {
        Optional<LaneIndex> present = index.get();
        targets.keySet().retainAll(new HashSet<>(pending));
        if (present.isEmpty()) {
            return Map.of();
        }
        if (!targets.keySet().containsAll(pending)) {
            LaneProgress now = progress.apply(version);
            pending.stream()
                    .filter(erasure -> isPast(now, erasure))
                    .forEach(erasure -> targets.putIfAbsent(erasure, now.embeddings()));
        }
        Map<Erasure, String> hidden = new HashMap<>();
        targets.forEach((erasure, ends) -> {
            if (present.get().hasReached(ends) && !isFound(present.get(), erasure)) {
                hidden.put(erasure, detail);
            }
        });
        return hidden;
    }

    private static boolean isPast(LaneProgress lane, Erasure erasure) {
        TopicPartition partition = new TopicPartition(Topics.IMAGES, erasure.getPartition());
        return lane.committed().getOrDefault(partition, 0L) > erasure.getOffset();
    }

    private static boolean isFound(LaneIndex index, Erasure erasure) {
        return index.store()
                .find(erasure.getId())
                .filter(image -> erased(erasure).covers(image.image().origin()))
                .isPresent();
    }

    static Erased erased(Erasure erasure) {
        return new Erased(
                erasure.getId(), new StoredImage.Origin(Topics.IMAGES, erasure.getPartition(), erasure.getOffset()));
    }
}
