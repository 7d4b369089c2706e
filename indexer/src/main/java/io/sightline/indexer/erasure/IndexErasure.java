package io.sightline.indexer.erasure;

import io.sightline.embedder.erasure.Holder;
import io.sightline.embedder.erasure.HolderIds;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.indexer.indexing.LaneIndexes;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;

/**
 * The indexes of this process as places that hold images: each is two, what searches find and what lies on disk. Used by
 * one thread.
 */
public final class IndexErasure {

    private final LaneIndexes indexes;
    private final Function<String, LaneProgress> progress;
    private final Clock clock;
    private final String id;
    private final Map<String, List<Holder>> holders = new HashMap<>();

    /**
     * Uses, and does not close, indexes and client.
     *
     * @param directory where the indexes lie
     */
    public IndexErasure(LaneIndexes indexes, Admin admin, Path directory, Clock clock) {
        this.indexes = indexes;
        this.progress = version -> LaneProgress.read(admin, version);
        this.clock = clock;
        this.id = HolderIds.ofFolder(directory);
    }

    /** Two places for each index there is, open or not. */
    public List<Holder> holders() {
        List<String> versions = indexes.present();
        holders.keySet().retainAll(versions);
        List<Holder> all = new ArrayList<>();
        versions.forEach(version -> all.addAll(holders.computeIfAbsent(version, this::of)));
        return all;
    }

    private List<Holder> of(String version) {
        return List.of(hidden(version), new ExpungedImages(hidden(version), () -> indexes.findReady(version), clock));
    }

    private HiddenImages hidden(String version) {
        return new HiddenImages(version, id, () -> indexes.findReady(version), progress);
    }
}
