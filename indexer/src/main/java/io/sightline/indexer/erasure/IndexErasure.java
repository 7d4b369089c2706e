package io.sightline.indexer.erasure;

import io.sightline.embedder.erasure.Holder;
import io.sightline.embedder.erasure.HolderIds;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.indexer.embeddingmap.EmbeddingMaps;
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
 * The indexes of this process as places that hold images: each is two, what searches find and what lies on disk; and the
 * maps that are drawn of them. Used by one thread.
 */
public final class IndexErasure {

    private final LaneIndexes indexes;
    private final Function<String, LaneProgress> progress;
    private final Clock clock;
    private final String id;
    private final Map<String, List<Holder>> holders = new HashMap<>();
    private final Map<String, MappedImages.Index> mapped = new HashMap<>();
    private final MappedImages maps;

    /**
     * Uses, and does not close, indexes, maps and client.
     *
     * @param directory where the indexes lie
     */
    public IndexErasure(LaneIndexes indexes, EmbeddingMaps maps, Admin admin, Path directory, Clock clock) {
        this.indexes = indexes;
        this.progress = version -> LaneProgress.read(admin, version);
        this.clock = clock;
        this.id = HolderIds.ofFolder(directory);
        this.maps = new MappedImages(id, maps::forget, this::mapped);
    }

    /** Two places for each index there is, open or not, and the maps. */
    public List<Holder> holders() {
        List<String> versions = indexes.present();
        holders.keySet().retainAll(versions);
        List<Holder> all = new ArrayList<>();
        versions.forEach(version -> all.addAll(holders.computeIfAbsent(version, this::of)));
        all.add(maps);
        return all;
    }

    /** Of all indexes that there are now: one may have been opened since the places were told. */
    private List<MappedImages.Index> mapped() {
        List<String> versions = indexes.present();
        mapped.keySet().retainAll(versions);
        return versions.stream()
                .map(version -> mapped.computeIfAbsent(version, this::mapped))
                .toList();
    }

    private MappedImages.Index mapped(String version) {
        HiddenImages images = hidden(version);
        return pending -> images.hidden(pending, "").keySet();
    }

    private List<Holder> of(String version) {
        return List.of(hidden(version), new ExpungedImages(hidden(version), () -> indexes.findReady(version), clock));
    }

    private HiddenImages hidden(String version) {
        return new HiddenImages(version, id, () -> indexes.findReady(version), progress);
    }
}
