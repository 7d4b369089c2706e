package io.sightline.indexer;

import io.javalin.config.RoutesConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sightline.embedder.erasure.Erasures;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.http.HttpSettings;
import io.sightline.indexer.console.ConsolePages;
import io.sightline.indexer.deadletters.DeadLettersApi;
import io.sightline.indexer.embeddingmap.EmbeddingMaps;
import io.sightline.indexer.embeddingmap.MapApi;
import io.sightline.indexer.erasure.ErasureApi;
import io.sightline.indexer.erasure.IndexErasure;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.indexing.SearchableListener;
import io.sightline.indexer.lineage.EventReader;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.pipeline.Freshness;
import io.sightline.indexer.pipeline.PipelineApi;
import io.sightline.indexer.pipeline.PipelineMonitor;
import io.sightline.indexer.rollout.RolloutController;
import io.sightline.indexer.rollout.RolloutRequests;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.indexer.search.ModelsApi;
import io.sightline.indexer.search.SearchApi;
import io.sightline.indexer.search.SearchEvents;
import io.sightline.indexer.store.VectorStores;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.avro.ModelEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/** The indexer as a service: indexes, rollout and search in one process. Close it once. */
public final class IndexerService implements AutoCloseable {

    private final Admin admin;
    private final ModelLog log;
    private final VectorStores stores;
    private final LaneIndexes indexes;
    private final RolloutController rollout;
    private final EventReader reader;
    private final Erasures erasures;
    private final PipelineMonitor pipeline;
    private final EmbeddingMaps maps;
    private final DeadLettersApi deadLetters;
    private final SearchApi api;

    /**
     * Starts everything. The catalog is used, and not closed.
     *
     * @param payloads where the images lie that are not in their events
     * @param stores where the indexes lie; closed with this
     * @param directory where this indexer keeps what it knows of itself
     * @param http how the search API is reached
     */
    public IndexerService(
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            IndexingSettings indexing,
            RolloutSettings settings,
            PayloadReader payloads,
            VectorStores stores,
            Path directory,
            PrometheusMeterRegistry meters,
            HttpSettings http,
            Clock clock) {
        this.admin = Admin.create(connection.admin());
        this.log = new ModelLog(connection, serdes);
        this.erasures = Erasures.open(connection, serdes, clock);
        this.reader = new EventReader(connection);
        SearchEvents events = new SearchEvents(clock);
        LiveQueries liveQueries = new LiveQueries();
        Freshness freshness = new Freshness(() -> catalog.current().active().map(ModelEvent::getVersion), clock);
        SearchableListener listener = images -> {
            events.searchable(images);
            freshness.searchable(images);
        };
        this.stores = stores;
        this.indexes =
                new LaneIndexes(connection, serdes, indexing, listener, stores, directory, erasures.ledger(), clock);
        ImageSource source = new ImageSource(reader, serdes, payloads);
        this.rollout = new RolloutController(catalog, log, indexes, settings, liveQueries, source, admin, clock);
        ModelsApi models = new ModelsApi(catalog, new RolloutRequests(catalog, log, indexes, settings, admin, clock));
        ErasureApi erasureApi = new ErasureApi(erasures.ledger(), clock);
        LongAdder searches = new LongAdder();
        this.pipeline = new PipelineMonitor(catalog, admin, searches::sum, clock);
        this.maps = new EmbeddingMaps(clock);
        this.deadLetters = new DeadLettersApi(connection, ImageLimits.DEFAULT);
        List<Consumer<RoutesConfig>> others = List.of(
                new PipelineApi(catalog, indexes, pipeline, freshness)::route,
                new MapApi(catalog, indexes, maps, clock)::route,
                deadLetters::route,
                new ConsolePages()::route);
        this.api = new SearchApi(
                catalog,
                indexes,
                rollout,
                models,
                source,
                erasureApi,
                events,
                liveQueries,
                searches,
                others,
                meters,
                http);
        erasures.start(new IndexErasure(indexes, admin, directory, clock)::holders);
    }

    /** Address of the search API. */
    public String url() {
        return api.url();
    }

    @Override
    public void close() {
        api.close();
        deadLetters.close();
        maps.close();
        pipeline.close();
        erasures.close();
        rollout.close();
        // Its gates read events.
        reader.close();
        indexes.close();
        stores.close();
        log.close();
        admin.close();
    }
}
