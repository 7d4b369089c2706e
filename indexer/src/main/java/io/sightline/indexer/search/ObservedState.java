package io.sightline.indexer.search;

import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.schemas.avro.ModelEvent;
import java.time.Duration;
import java.util.Optional;

/** What this process knows of itself; nobody is asked. Thread-safe. */
record ObservedState(ModelCatalog catalog, LaneIndexes indexes, ServingSwitch serve) implements IndexerHealth.State {

    @Override
    public Duration staleFor() {
        return catalog.staleFor();
    }

    @Override
    public boolean isFollowed() {
        return catalog.isFollowed();
    }

    @Override
    public Optional<String> active() {
        return catalog.current().active().map(ModelEvent::getVersion);
    }

    @Override
    public boolean isReady(String version) {
        return indexes.findReady(version).isPresent();
    }

    @Override
    public double progress(String version) {
        return indexes.find(version).map(LaneIndex::progress).orElse(0.0);
    }

    @Override
    public Optional<String> serving() {
        return serve.version();
    }

    @Override
    public boolean isBeginning() {
        return serve.isBeginning();
    }
}
