package io.sightline.deploy.cli;

import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Spans;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.EmbedderApi;
import io.sightline.embedder.lanes.LaneSupervisor;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.HttpSettings;
import io.sightline.indexer.IndexerService;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.ingest.gateway.IngestApi;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.rounds.TrainerApi;
import io.sightline.trainer.rounds.TrainerService;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Runs one service by itself against brokers and a registry, until SIGTERM.")
final class ServeCommand implements Callable<Integer> {

    private static final Duration CATALOG_TIMEOUT = Duration.ofSeconds(60);

    @Parameters(paramLabel = "SERVICE", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Service service = Service.INGEST;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = "--dir",
            description =
                    "Folder of this service's data; trainer, embedder and indexer must see the same models/ in it,"
                            + " and all four services the same payloads/"
                            + " (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("data");

    @Option(names = "--host", description = "Address that an API listens on (default: ${DEFAULT-VALUE}).")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            description =
                    "Port that an API listens on, 0 for any (default: 19080 ingest, 19085 trainer, 19090 search, 19095"
                            + " embedder).")
    private int port = -1;

    @Mixin
    private PayloadOptions payloads = new PayloadOptions();

    @Mixin
    private LaneOptions laneOptions = new LaneOptions();

    @Mixin
    private NetworkOptions network = new NetworkOptions();

    @Mixin
    private StoreOptions stores = new StoreOptions();

    /** The services. */
    enum Service {
        INGEST,
        EMBEDDER,
        TRAINER,
        INDEXER
    }

    @Override
    public Integer call() throws Exception {
        LogFile.into(directory, service.name().toLowerCase(Locale.ROOT), "INFO");
        KafkaConnection connection = cluster.connection();
        RecordSerdes serdes = Stack.applyTopics(connection, cluster.topics());
        try (Running running = new Running();
                Spans spans = Spans.exporting();
                Telemetry telemetry = new Telemetry(spans.openTelemetry());
                ModelCatalog catalog = ModelCatalog.open(connection, serdes, CATALOG_TIMEOUT);
                AutoCloseable started = start(connection, serdes, catalog, telemetry)) {
            System.out.println("ready: " + service.name().toLowerCase(Locale.ROOT) + address(started));
            running.awaitStop();
        }
        return 0;
    }

    private HttpSettings http(int usualPort) {
        return new HttpSettings(host, port < 0 ? usualPort : port);
    }

    private static String address(AutoCloseable started) {
        return switch (started) {
            case IngestApi ingest -> " at " + ingest.url();
            case IndexerService indexer -> " at " + indexer.url();
            case ServedTrainer trainer -> " at " + trainer.api.url();
            case ServedEmbedder embedder -> " at " + embedder.api.url();
            default -> "";
        };
    }

    private AutoCloseable start(
            KafkaConnection connection, RecordSerdes serdes, ModelCatalog catalog, Telemetry telemetry) {
        Clock clock = Clock.systemUTC();
        return switch (service) {
            case INGEST ->
                new IngestApi(
                        connection,
                        serdes,
                        ImageLimits.DEFAULT,
                        payloads.settings(directory),
                        DataDirectory.state(directory, "ingest"),
                        telemetry,
                        http(19080),
                        clock);
            case EMBEDDER -> embedder(connection, serdes, catalog, telemetry, clock);
            case TRAINER -> trainer(connection, serdes, catalog, telemetry, clock);
            case INDEXER ->
                new IndexerService(
                        connection,
                        serdes,
                        catalog,
                        IndexingSettings.DEFAULT,
                        network.rollout(),
                        payloads.settings(directory).openReader(),
                        stores.settings().open(DataDirectory.indexes(directory), clock),
                        DataDirectory.indexes(directory),
                        telemetry,
                        http(19090),
                        clock);
        };
    }

    /** The lanes and their status API. */
    private record ServedEmbedder(LaneSupervisor lanes, EmbedderApi api) implements AutoCloseable {
        @Override
        public void close() {
            api.close();
            lanes.close();
        }
    }

    private ServedEmbedder embedder(
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            Telemetry telemetry,
            Clock clock) {
        LaneSupervisor lanes = new LaneSupervisor(
                connection,
                serdes,
                cluster.topics(),
                laneOptions.settings(),
                catalog,
                payloads.settings(directory).openReader(),
                DataDirectory.state(directory, "embedder"),
                telemetry,
                clock);
        try {
            return new ServedEmbedder(lanes, new EmbedderApi(lanes, telemetry, http(19095)));
        } catch (RuntimeException e) {
            lanes.close();
            throw e;
        }
    }

    /** The trainer and its status API. */
    private record ServedTrainer(TrainerService service, TrainerApi api) implements AutoCloseable {
        @Override
        public void close() {
            api.close();
            service.close();
        }
    }

    private ServedTrainer trainer(
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            Telemetry telemetry,
            Clock clock) {
        EmbeddingNet net = network.net(network.preprocessing(Preprocessing.PHOTO), DataDirectory.models(directory));
        TrainerService service = new TrainerService(
                connection,
                serdes,
                catalog,
                net,
                network.training(net),
                network.rounds(net),
                payloads.settings(directory).openReader(),
                DataDirectory.state(directory, "trainer"),
                DataDirectory.models(directory),
                telemetry,
                clock);
        try {
            return new ServedTrainer(service, new TrainerApi(service, telemetry, http(19085)));
        } catch (RuntimeException e) {
            service.close();
            throw e;
        }
    }
}
