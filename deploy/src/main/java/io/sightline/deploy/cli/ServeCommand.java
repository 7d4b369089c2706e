package io.sightline.deploy.cli;

import io.sightline.deploy.config.Configuration;
import io.sightline.deploy.config.Connections;
import io.sightline.deploy.config.IngestConfig;
import io.sightline.deploy.config.LaneConfig;
import io.sightline.deploy.config.LoggingConfig;
import io.sightline.deploy.config.PayloadConfig;
import io.sightline.deploy.config.RolloutConfig;
import io.sightline.deploy.config.Servers;
import io.sightline.deploy.config.Stores;
import io.sightline.deploy.config.TopicsConfig;
import io.sightline.deploy.config.TracingConfig;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Spans;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.EmbedderApi;
import io.sightline.embedder.lanes.LaneSupervisor;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.Drainable;
import io.sightline.indexer.IndexerService;
import io.sightline.indexer.indexing.IndexingSettings;
import io.sightline.ingest.gateway.IngestApi;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.Topics;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.rounds.TrainerApi;
import io.sightline.trainer.rounds.TrainerService;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sightline serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Runs one service by itself against brokers and a registry, until SIGTERM.")
final class ServeCommand implements Callable<Integer>, Configured {

    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final Duration CATALOG_TIMEOUT = Duration.ofSeconds(60);
    /** For clients to notice that this process is about to stop; what is left of a minute is for closing. */
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(5);

    @Parameters(paramLabel = "SERVICE", description = "One of: ${COMPLETION-CANDIDATES}.")
    private Service service = Service.INGEST;

    @Option(
            names = "--dir",
            description =
                    "Folder of this service's data; trainer, embedder and indexer must see the same models/ in it,"
                            + " and all four services the same payloads/"
                            + " (default: ${DEFAULT-VALUE}).")
    private Path directory = Path.of("data");

    @Mixin
    private ServiceOptions options = ServiceOptions.ofService();

    /** The services. */
    enum Service {
        INGEST,
        EMBEDDER,
        TRAINER,
        INDEXER
    }

    @Override
    public Integer call() throws Exception {
        Configuration configuration = configuration();
        configuration.requireSound();
        LogFile.into(directory, name(), "INFO", configuration.get(LoggingConfig.class));
        Connections.warnings(configuration).forEach(warning -> LOG.warn("{}", warning));
        KafkaConnection connection = Connections.connection(configuration);
        Topics topics = TopicsConfig.topics(configuration.get(TopicsConfig.class));
        RecordSerdes serdes = Stack.applyTopics(connection, topics);
        try (Running running = new Running();
                Spans spans = TracingConfig.spans(configuration.get(TracingConfig.class));
                Telemetry telemetry = new Telemetry(spans.openTelemetry());
                ModelCatalog catalog = ModelCatalog.open(connection, serdes, CATALOG_TIMEOUT);
                AutoCloseable started = start(configuration, connection, serdes, catalog, telemetry)) {
            System.out.println("ready: " + name() + address(started));
            running.awaitStop();
            if (started instanceof Drainable service) {
                service.drain(LONGEST_DRAIN);
            }
        }
        return 0;
    }

    /** What the service would run with. */
    @Override
    public Configuration configuration() {
        return options.read(service);
    }

    private String name() {
        return service.name().toLowerCase(Locale.ROOT);
    }

    private PayloadSettings payloads(Configuration configuration) {
        return PayloadConfig.settings(configuration.get(PayloadConfig.class), directory);
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
            Configuration configuration,
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            Telemetry telemetry) {
        Clock clock = Clock.systemUTC();
        return switch (service) {
            case INGEST ->
                new IngestApi(
                        connection,
                        serdes,
                        ImageLimits.DEFAULT,
                        payloads(configuration)
                                .withInlineMaxBytes(
                                        configuration.get(IngestConfig.class).inlineMaxBytes()),
                        DataDirectory.state(directory, "ingest"),
                        telemetry,
                        Servers.settings(configuration, 19080),
                        clock);
            case EMBEDDER -> embedder(configuration, connection, serdes, catalog, telemetry, clock);
            case TRAINER -> trainer(configuration, connection, serdes, catalog, telemetry, clock);
            case INDEXER ->
                new IndexerService(
                        connection,
                        serdes,
                        catalog,
                        IndexingSettings.DEFAULT,
                        RolloutConfig.settings(configuration.get(RolloutConfig.class)),
                        payloads(configuration).openReader(),
                        Stores.settings(configuration).open(DataDirectory.indexes(directory), clock),
                        DataDirectory.indexes(directory),
                        telemetry,
                        Servers.settings(configuration, 19090),
                        clock);
        };
    }

    /** The lanes and their status API. */
    private record ServedEmbedder(LaneSupervisor lanes, EmbedderApi api) implements Drainable, AutoCloseable {
        @Override
        public void drain(Duration longest) {
            api.drain(longest);
        }

        @Override
        public void close() {
            api.close();
            lanes.close();
        }
    }

    private ServedEmbedder embedder(
            Configuration configuration,
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            Telemetry telemetry,
            Clock clock) {
        LaneSupervisor lanes = new LaneSupervisor(
                connection,
                serdes,
                TopicsConfig.topics(configuration.get(TopicsConfig.class)),
                LaneConfig.settings(configuration.get(LaneConfig.class)),
                catalog,
                payloads(configuration).openReader(),
                DataDirectory.state(directory, "embedder"),
                telemetry,
                clock);
        try {
            return new ServedEmbedder(lanes, new EmbedderApi(lanes, telemetry, Servers.settings(configuration, 19095)));
        } catch (RuntimeException e) {
            lanes.close();
            throw e;
        }
    }

    /** The trainer and its status API. */
    private record ServedTrainer(TrainerService service, TrainerApi api) implements Drainable, AutoCloseable {
        @Override
        public void drain(Duration longest) {
            api.drain(longest);
        }

        @Override
        public void close() {
            api.close();
            service.close();
        }
    }

    private ServedTrainer trainer(
            Configuration configuration,
            KafkaConnection connection,
            RecordSerdes serdes,
            ModelCatalog catalog,
            Telemetry telemetry,
            Clock clock) {
        NetworkOptions network = TrainerKeys.effective(configuration);
        EmbeddingNet net = network.net(network.preprocessing(Preprocessing.PHOTO), DataDirectory.models(directory));
        TrainerService service = new TrainerService(
                connection,
                serdes,
                catalog,
                net,
                network.training(net),
                network.rounds(net),
                payloads(configuration).openReader(),
                DataDirectory.state(directory, "trainer"),
                DataDirectory.models(directory),
                telemetry,
                clock);
        try {
            return new ServedTrainer(
                    service, new TrainerApi(service, telemetry, Servers.settings(configuration, 19085)));
        } catch (RuntimeException e) {
            service.close();
            throw e;
        }
    }
}
