package io.sightline.indexer;

import io.javalin.config.RoutesConfig;
import io.sightline.embedder.erasure.Erasures;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.telemetry.Freshness;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.http.Drainable;
import io.sightline.http.HttpSettings;
import io.sightline.indexer.console.ConsolePages;
import io.sightline.indexer.deadletters.DeadLettersApi;
import io.sightline.indexer.embeddingmap.EmbeddingMaps;
import io.sightline.indexer.embeddingmap.MapApi;
import io.sightline.indexer.erasure.ErasureApi;
import io.sightline.indexer.erasure.IndexErasure;
import io.sightline.indexer.indexing.FreshnessMeter;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.indexing.SearchableDelays;
import io.sightline.indexer.lineage.EventReader;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.pipeline.PipelineApi;
import io.sightline.indexer.pipeline.PipelineMonitor;
import io.sightline.indexer.pipeline.RecentDelays;
import io.sightline.indexer.rollout.RolloutController;
import io.sightline.indexer.rollout.RolloutMeters;
import io.sightline.indexer.rollout.RolloutRequests;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.indexer.search.ModelsApi;
import io.sightline.indexer.search.SearchApi;
import io.sightline.indexer.search.SearchEvents;
import io.sightline.indexer.store.VectorStores;
import io.sightline.schemas.AtOnce;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Started;
import io.sightline.schemas.avro.ModelEvent;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The indexer as a service: indexes, rollout and search in one process. Close it once. */
public final class IndexerService implements Drainable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IndexerService.class);
    /** What was asked of the brokers has an end then, whether they answer or not. */
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(5);

    private final Admin admin;
    private final Telemetry.Watch watch;
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
     * Starts everything, or closes again what it had started. The catalog is used, and not closed.
     *
     * @param payloads where the images lie that are not in their events
     * @param stores where the indexes lie; closed with this, also if it cannot be started
     * @param directory where this indexer keeps what it knows of itself
     * @param telemetry where meters are registered, see {@code sightline.indexer.*}, and spans go
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
            Telemetry telemetry,
            HttpSettings http,
            Clock clock) {
        this.stores = stores;
        Started started = new Started();
        started.add(stores);
        try {
            this.admin = started.add(Admin.create(connection.admin()));
            this.watch = started.add(telemetry.watch(admin));
            telemetry.watchDisk("indexer", directory);
            Freshness.meter(telemetry.meters(), "indexer", catalog::staleFor);
            this.log = started.add(new ModelLog(connection, serdes));
            this.erasures = started.add(Erasures.open(connection, serdes, clock));
            this.reader = started.add(new EventReader(connection));
            SearchEvents events = new SearchEvents(clock);
            LiveQueries liveQueries = new LiveQueries();
            Supplier<Optional<String>> active = () -> catalog.current().active().map(ModelEvent::getVersion);
            RecentDelays recent = new RecentDelays(clock);
            SearchableDelays delays =
                    new SearchableDelays(active, clock, List.of(recent, new FreshnessMeter(telemetry.meters())));
            new RolloutMeters(telemetry.meters(), catalog, clock);
            this.indexes = started.add(new LaneIndexes(
                    connection,
                    serdes,
                    indexing,
                    events.and(delays),
                    stores,
                    directory,
                    erasures.ledger(),
                    telemetry,
                    clock));
            ImageSource source = new ImageSource(reader, serdes, payloads);
            this.rollout = started.add(
                    new RolloutController(catalog, log, indexes, settings, liveQueries, source, admin, clock));
            ModelsApi models =
                    new ModelsApi(catalog, new RolloutRequests(catalog, log, indexes, settings, admin, clock));
            ErasureApi erasureApi = new ErasureApi(erasures.ledger(), clock);
            LongAdder searches = new LongAdder();
            this.pipeline = started.add(new PipelineMonitor(catalog, admin, searches::sum, clock));
            this.maps = started.add(new EmbeddingMaps(clock));
            this.deadLetters = started.add(new DeadLettersApi(connection, ImageLimits.DEFAULT));
            List<Consumer<RoutesConfig>> others = List.of(
                    new PipelineApi(catalog, indexes, pipeline, recent)::route,
                    new MapApi(catalog, indexes, maps, clock)::route,
                    deadLetters::route,
                    new ConsolePages()::route);
            this.api = started.add(new SearchApi(
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
                    telemetry,
                    http));
            erasures.start(new IndexErasure(indexes, maps, admin, directory, clock)::holders);
        } catch (RuntimeException | Error e) {
            started.undo(e);
            throw e;
        }
    }

    /** Address of the search API. */
    public String url() {
        return api.url();
    }

    @Override
    public void drain(Duration longest) {
        api.drain(longest);
    }

    @Override
    public void close() {
        closing("search API", api).run();
        // Whatever waits for brokers that are away keeps nobody from bringing the indexes to an end.
        AtOnce.run(
                closing("dead letters", deadLetters),
                closing("embedding maps", maps),
                closing("pipeline monitor", pipeline),
                closing("erasures", erasures),
                this::closeIndexes);
        closing("store", stores).run();
        closing("model log", log).run();
        admin.close(ADMIN_TIMEOUT);
        watch.close();
    }

    /** What works on them first. */
    private void closeIndexes() {
        closing("rollout", rollout).run();
        // Its gates have read events.
        AtOnce.run(closing("event reader", reader), closing("indexes", indexes));
    }

    /** One that does not close keeps none of the others open. */
    private static Runnable closing(String name, AutoCloseable one) {
        return () -> {
            try {
                one.close();
            } catch (Exception e) {
                LOG.warn("the indexer's {} did not close in order: {}", name, e.toString());
            }
        };
    }
}
