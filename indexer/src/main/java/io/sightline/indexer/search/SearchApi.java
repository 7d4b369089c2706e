package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.ApiServer;
import io.sightline.http.Drainable;
import io.sightline.http.HttpSettings;
import io.sightline.http.Scope;
import io.sightline.indexer.console.ConsolePages;
import io.sightline.indexer.erasure.ErasureApi;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.rollout.RolloutController;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.indexer.store.StoreClosedException;
import io.sightline.indexer.store.StoreUnavailableException;
import io.sightline.indexer.store.VectorStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** The HTTP routes of search, and beside them those of model versions. Thread-safe. */
public final class SearchApi implements Drainable, AutoCloseable {

    private final ModelCatalog catalog;
    private final LaneIndexes indexes;
    private final RolloutController rollout;
    private final ModelsApi models;
    private final ErasureApi erasures;
    private final ServingSwitch serving;
    private final SearchRoutes searches;
    private final LabelsApi labels;
    private final ImagesApi images;
    private final SearchEvents events;
    private final List<Consumer<RoutesConfig>> others;
    private final Telemetry telemetry;
    private final ApiServer server;
    /** What the server has, once it has started. */
    private volatile List<String> known = List.of();

    /**
     * Starts to answer. Uses, and does not close, what it is given.
     *
     * @param answered counts the searches
     * @param others add routes of their own
     */
    public SearchApi(
            ModelCatalog catalog,
            LaneIndexes indexes,
            RolloutController rollout,
            ModelsApi models,
            ImageSource source,
            ErasureApi erasures,
            SearchEvents events,
            LiveQueries liveQueries,
            LongAdder answered,
            List<Consumer<RoutesConfig>> others,
            Telemetry telemetry,
            HttpSettings http) {
        this.telemetry = telemetry;
        this.catalog = catalog;
        this.indexes = indexes;
        this.rollout = rollout;
        this.models = models;
        this.erasures = erasures;
        this.serving = new ServingSwitch(
                catalog::current,
                new ServingSwitch.Stores() {
                    @Override
                    public Optional<VectorStore> ready(String version) {
                        return indexes.findReady(version).map(LaneIndex::store);
                    }

                    @Override
                    public double progress(String version) {
                        return indexes.find(version).map(LaneIndex::progress).orElse(0.0);
                    }
                },
                ImageLimits.DEFAULT,
                events::activated);
        this.events = events;
        this.searches = new SearchRoutes(serving, liveQueries, answered, new SearchMeters(telemetry.meters()));
        this.labels = new LabelsApi(serving);
        this.others = List.copyOf(others);
        this.images = new ImagesApi(serving, source);
        try {
            this.server = ApiServer.start(http, SearchRoutes.MAX_REQUEST_BYTES, this::routes);
        } catch (RuntimeException | Error e) {
            events.close();
            serving.close();
            throw e;
        }
        this.known = server.routes();
    }

    /** Address of the API. */
    public String url() {
        return server.url();
    }

    @Override
    public void drain(Duration longest) {
        // Those who follow them would stay for ever.
        events.close();
        server.drain(longest);
    }

    @Override
    public void close() {
        // Or the server would wait for their requests to end.
        events.close();
        server.close();
        serving.close();
    }

    private void routes(RoutesConfig routes) {
        IndexerHealth health = new IndexerHealth(new ObservedState(catalog, indexes, serving));
        telemetry.register("indexer", routes, health::liveness, health::readiness);
        routes.get("/", this::start, Scope.OPEN);
        OpenApiPage.register(routes);
        searches.register(routes);
        labels.register(routes);
        erasures.route(routes);
        images.register(routes);
        models.register(routes);
        new EventsApi(events).register(routes);
        routes.get("/v1/status", context -> context.json(status()), Scope.MONITOR);
        others.forEach(other -> other.accept(routes));
    }

    private void start(Context context) {
        if (ConsolePages.isWanted(context)) {
            ConsolePages.redirect(context);
        } else {
            context.json(Map.of("service", "sightline search", "routes", known));
        }
    }

    private Map<String, Object> status() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("active", serving.version().orElse(null));
        status.put("queriesEmbeddedBy", serving.bridge().or(serving::version).orElse(null));
        Map<String, Object> counts = new LinkedHashMap<>();
        Map<String, Object> failures = new LinkedHashMap<>();
        Map<String, Object> building = new LinkedHashMap<>();
        Map<String, Long> behind = new LinkedHashMap<>();
        Map<String, Object> passedOver = new LinkedHashMap<>();
        catalog.current()
                .all()
                .forEach(event -> indexes.find(event.getVersion()).ifPresent(index -> {
                    behind.put(event.getVersion(), index.behind());
                    passedOver.put(event.getVersion(), index.passedOver());
                    if (!index.isReady()) {
                        building.put(event.getVersion(), index.progress());
                    }
                    try {
                        counts.put(event.getVersion(), index.store().count());
                    } catch (StoreClosedException | StoreUnavailableException e) {
                        failures.put(event.getVersion(), String.valueOf(e.getMessage()));
                    }
                    if (index.failure() != null) {
                        failures.put(event.getVersion(), index.failure());
                    }
                }));
        status.put("images", counts);
        Map<String, Object> lags = new LinkedHashMap<>();
        try {
            rollout.progress().forEach((version, progress) -> {
                lags.put(version, progress.lag());
                indexes.find(version).ifPresent(index -> behind.put(version, index.behind(progress.embeddings())));
            });
        } catch (IllegalStateException e) {
            failures.put("lag", String.valueOf(e.getMessage()));
        }
        status.put("lag", lags);
        status.put("behind", behind);
        status.put("building", building);
        status.put("passedOver", passedOver);
        status.put("failures", failures);
        return status;
    }
}
