package io.sightline.deploy.stack;

import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.lanes.LaneSupervisor;
import io.sightline.embedder.payload.PayloadReader;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.indexer.IndexerService;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.ingest.gateway.IngestApi;
import io.sightline.local.LocalCluster;
import io.sightline.schemas.AtOnce;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.trainer.rounds.TrainerApi;
import io.sightline.trainer.rounds.TrainerService;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/**
 * Everything in one process: broker, registry (a child process), ingest, embedder, trainer, indexer. What is on disk
 * survives, so a stack that was killed goes on where it was. Close it once.
 */
public final class Stack implements AutoCloseable {

    private static final Duration CATALOG_TIMEOUT = Duration.ofSeconds(60);

    private final Deque<AutoCloseable> started;
    private final KafkaConnection connection;
    private final IngestApi ingest;
    private final IndexerService indexer;
    private final TrainerService trainer;
    private final LaneSupervisor lanes;

    private Stack(
            Deque<AutoCloseable> started,
            KafkaConnection connection,
            IngestApi ingest,
            IndexerService indexer,
            TrainerService trainer,
            LaneSupervisor lanes) {
        this.started = started;
        this.connection = connection;
        this.ingest = ingest;
        this.indexer = indexer;
        this.trainer = trainer;
        this.lanes = lanes;
    }

    /**
     * Starts everything and returns when images and searches are taken.
     *
     * @param progress is told what is being started
     * @throws IllegalStateException if the folder is in use
     * @throws io.sightline.local.LocalClusterException if broker or registry do not start, for instance on a taken port
     */
    public static Stack start(StackSettings settings, Consumer<String> progress) {
        return start(settings, Spans.exporting(), progress);
    }

    /**
     * The same.
     *
     * @param spans where the spans of all services go; closed with the stack
     */
    public static Stack start(StackSettings settings, Spans spans, Consumer<String> progress) {
        Deque<AutoCloseable> started = new ArrayDeque<>();
        try {
            return start(settings, opened(started, spans), progress, started);
        } catch (RuntimeException | Error e) {
            closeAll(started);
            throw e;
        }
    }

    private static Stack start(
            StackSettings settings, Spans spans, Consumer<String> progress, Deque<AutoCloseable> started) {
        Path root = settings.directory().toAbsolutePath();
        Clock clock = Clock.systemUTC();
        DataDirectory directory = opened(started, DataDirectory.take(root));
        progress.accept("broker and schema registry");
        LocalCluster cluster = opened(
                started,
                LocalCluster.start(
                        DataDirectory.cluster(root),
                        settings.ports().kafka(),
                        settings.ports().registry()));
        KafkaConnection connection = cluster.connection();
        RecordSerdes serdes = applyTopics(connection, Topics.defaults());
        ModelCatalog catalog = opened(started, ModelCatalog.open(connection, serdes, CATALOG_TIMEOUT));
        Telemetry telemetry = opened(started, new Telemetry(spans.openTelemetry()));
        progress.accept("ingest");
        IngestApi ingest = opened(
                started,
                new IngestApi(
                        connection,
                        serdes,
                        ImageLimits.DEFAULT,
                        settings.payloads(),
                        DataDirectory.state(root, "ingest"),
                        telemetry,
                        settings.http().withPort(settings.ports().ingest()),
                        clock));
        progress.accept("embedder");
        PayloadReader payloads = settings.payloads().openReader();
        LaneSupervisor lanes = opened(
                started,
                new LaneSupervisor(
                        connection,
                        serdes,
                        Topics.defaults(),
                        settings.lanes(),
                        catalog,
                        payloads,
                        DataDirectory.state(root, "embedder"),
                        telemetry,
                        clock));
        progress.accept("indexer");
        IndexerService indexer = opened(
                started,
                new IndexerService(
                        connection,
                        serdes,
                        catalog,
                        IndexingSettings.DEFAULT,
                        settings.rollout(),
                        payloads,
                        settings.stores().open(DataDirectory.indexes(root), clock),
                        DataDirectory.indexes(root),
                        telemetry,
                        settings.http().withPort(settings.ports().search()),
                        clock));
        progress.accept("trainer");
        TrainerService trainer = opened(
                started,
                new TrainerService(
                        connection,
                        serdes,
                        catalog,
                        settings.net(),
                        settings.training(),
                        settings.rounds(),
                        payloads,
                        DataDirectory.state(root, "trainer"),
                        DataDirectory.models(root),
                        telemetry,
                        clock));
        opened(
                started,
                new TrainerApi(
                        trainer,
                        telemetry,
                        settings.http().withPort(settings.ports().trainer())));
        directory.announce(new DataDirectory.Addresses(
                connection.bootstrapServers(), connection.schemaRegistry(), ingest.url(), indexer.url()));
        return new Stack(started, connection, ingest, indexer, trainer, lanes);
    }

    /** Creates the fixed topics, registers the schemas, and returns serdes for them. Idempotent. */
    public static RecordSerdes applyTopics(KafkaConnection connection, Topics topics) {
        RecordSerdes serdes = new RecordSerdes(connection);
        AtOnce.run(serdes::register, () -> applyTopicsOnly(connection, topics));
        return serdes;
    }

    private static void applyTopicsOnly(KafkaConnection connection, Topics topics) {
        try (Admin admin = Admin.create(connection.admin())) {
            new TopicAdmin(admin).apply(topics.fixed());
        }
    }

    /** Broker and registry. */
    public KafkaConnection connection() {
        return connection;
    }

    /** Address of the ingest API. */
    public String ingestUrl() {
        return ingest.url();
    }

    /** Address of the search API. */
    public String searchUrl() {
        return indexer.url();
    }

    /** The trainer, for its status. */
    public TrainerService trainer() {
        return trainer;
    }

    /** The lanes, for their failures. */
    public LaneSupervisor lanes() {
        return lanes;
    }

    @Override
    public void close() {
        closeAll(started);
    }

    private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> started, T service) {
        started.push(service);
        return service;
    }

    /** The last that was started first; one that does not close keeps none of the others open. */
    private static void closeAll(Deque<AutoCloseable> started) {
        while (!started.isEmpty()) {
            AutoCloseable service = started.pop();
            try {
                service.close();
            } catch (Exception e) {
                org.slf4j.LoggerFactory.getLogger(Stack.class)
                        .warn("{} did not close: {}", service.getClass().getSimpleName(), e.toString());
            }
        }
    }
}
