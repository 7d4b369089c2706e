package io.sightline.indexer.embeddingmap;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.http.ApiException;
import io.sightline.http.Scope;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreUnavailableException;
import io.sightline.indexer.store.VectorStore;
import io.sightline.schemas.avro.ModelEvent;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/map}: a sample of an index in the plane. Thread-safe. */
public final class MapApi {

    static final int DEFAULT_SAMPLE = 1_000;
    static final int MOST_SAMPLE = 2_000;

    private static final String RETRY_SECONDS = "10";

    private final ModelCatalog catalog;
    private final LaneIndexes indexes;
    private final EmbeddingMaps maps;
    private final Clock clock;

    /** Uses, and does not close, what it is given. */
    public MapApi(ModelCatalog catalog, LaneIndexes indexes, EmbeddingMaps maps, Clock clock) {
        this.catalog = catalog;
        this.indexes = indexes;
        this.maps = maps;
        this.clock = clock;
    }

    /** Adds the route. */
    public void route(RoutesConfig routes) {
        routes.get("/v1/map", context -> context.json(map(context)), Scope.SEARCH);
    }

    private MapAnswer map(Context context) {
        int sample = EmbeddingMaps.rounded(sample(context.queryParam("sample")));
        ModelVersions versions = catalog.current();
        Optional<String> active = versions.active().map(ModelEvent::getVersion);
        @Nullable String asked = context.queryParam("version");
        String version = Optional.ofNullable(asked)
                .or(() -> active)
                .orElseThrow(() -> new ApiException(
                        503, "no-active-version", "no model version is active yet; try again in a few seconds"));
        boolean isActive = active.equals(Optional.of(version));
        try {
            VectorStore store = store(versions, version);
            long images = store.count();
            MapJob job = maps.of(store, sample, images).orElseThrow(() -> tooMany(context));
            return answer(store, sample, images, job, isActive ? before(versions) : null);
        } catch (StoreClosedException | StoreUnavailableException e) {
            throw new ApiException(
                    503,
                    "index-unavailable",
                    "the index of " + version + " cannot be asked now, try again: " + e.getMessage());
        }
    }

    private static ApiException tooMany(Context context) {
        context.header("Retry-After", RETRY_SECONDS);
        return new ApiException(
                429,
                "too-many-maps",
                "other maps are waiting to be computed, and no more can wait; try again in " + RETRY_SECONDS + " s");
    }

    private static MapAnswer answer(VectorStore store, int sample, long images, MapJob job, @Nullable String before) {
        MapJob.State state = job.state();
        Optional<MapJob.Drawn> drawn = job.drawn();
        return new MapAnswer(
                store.key().version(),
                before,
                sample,
                drawn.isPresent() ? "ready" : state.name(),
                state.progress(),
                images,
                drawn.map(MapJob.Drawn::time).orElse(null),
                state.message(),
                drawn.map(MapJob.Drawn::points).orElse(List.of()));
    }

    private VectorStore store(ModelVersions versions, String version) {
        if (versions.find(version).isEmpty()) {
            throw new ApiException(404, "unknown-version", "there is no version '" + version + "'");
        }
        if (indexes.find(version).isEmpty()) {
            throw new ApiException(
                    404,
                    "no-index",
                    "version '" + version + "' has no index: only staged, active and just retired versions have one");
        }
        return indexes.findReady(version)
                .orElseThrow(() -> new ApiException(
                        503, "index-rebuilding", "the index of " + version + " is being opened; try again"))
                .store();
    }

    private @Nullable String before(ModelVersions versions) {
        return versions.before(clock.instant())
                .map(ModelEvent::getVersion)
                .filter(version -> indexes.findReady(version).isPresent())
                .orElse(null);
    }

    private static int sample(@Nullable String text) {
        if (text == null) {
            return DEFAULT_SAMPLE;
        }
        if (!text.matches("\\d{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MOST_SAMPLE) {
            throw new ApiException(400, "out-of-range", "sample must be 1 to " + MOST_SAMPLE + ", not '" + text + "'");
        }
        return Integer.parseInt(text);
    }
}
