package io.sightline.deploy.faults;

import io.sightline.deploy.bench.UntrainedNetwork;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.SoleDecider;
import io.sightline.local.BrokerCluster;
import io.sightline.local.LocalRegistry;
import io.sightline.schemas.KafkaConnection;
import io.sightline.schemas.RecordSerdes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelStatus;
import io.sightline.trainer.nets.ConvNet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;

/** Three brokers that can be killed, a registry, and versions of untrained networks. Close it once; not thread-safe. */
final class FaultCluster implements AutoCloseable {

    static final int BROKERS = 3;

    private static final List<Integer> WIDTHS = List.of(16, 32);
    private static final int DIMENSIONS = 32;
    /** What gives a trainer the network of these versions. */
    static final List<String> NETWORK_OPTIONS =
            List.of("--images", "drawing", "--widths", "16,32", "--dimensions", String.valueOf(DIMENSIONS));

    private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(250);

    private final Path directory;
    private final BrokerCluster brokers;
    private final LocalRegistry registry;
    private final KafkaConnection connection;
    private final RecordSerdes serdes;
    private final ModelLog log;
    private final SoleDecider decider;

    private FaultCluster(Path directory, BrokerCluster brokers, LocalRegistry registry) {
        this.directory = directory;
        this.brokers = brokers;
        this.registry = registry;
        this.connection = new KafkaConnection(brokers.bootstrapServers(), registry.url());
        this.serdes = Stack.applyTopics(connection, Topics.defaults());
        this.log = new ModelLog(connection, serdes);
        this.decider = SoleDecider.of(log);
    }

    /** Starts brokers and registry on a new folder, creates the topics and registers the schemas. */
    static FaultCluster start(Path directory, short transactionVersion) {
        BrokerCluster brokers = BrokerCluster.start(directory.resolve("brokers"), BROKERS, transactionVersion);
        try {
            LocalRegistry registry = LocalRegistry.start(directory.resolve("registry"), 0);
            try {
                return new FaultCluster(directory, brokers, registry);
            } catch (RuntimeException e) {
                registry.close();
                throw e;
            }
        } catch (RuntimeException e) {
            brokers.close();
            throw e;
        }
    }

    KafkaConnection connection() {
        return connection;
    }

    RecordSerdes serdes() {
        return serdes;
    }

    BrokerCluster brokers() {
        return brokers;
    }

    /** Writes a small network with weights of its own as a version, and tells nobody. */
    ModelArtifact write(String version, long seed) {
        try (UntrainedNetwork network =
                new UntrainedNetwork(new ConvNet(Preprocessing.DRAWING, WIDTHS, DIMENSIONS), seed)) {
            return network.write(DataDirectory.models(directory), version);
        }
    }

    void publish(ModelArtifact artifact, ModelStatus status) {
        decider.move(UntrainedNetwork.event(artifact), status);
    }

    /**
     * Waits until a reader of committed records can read a version's embeddings to the end.
     *
     * @throws IllegalStateException if a transaction stays open
     */
    void awaitNoTransaction(String version) throws InterruptedException {
        long latest = System.nanoTime() + LONGEST_TRANSACTION.toNanos();
        try (Admin admin = Admin.create(connection.admin())) {
            TopicAdmin topics = new TopicAdmin(admin);
            String topic = Topics.embeddings(version);
            while (!topics.ends(topic, IsolationLevel.READ_COMMITTED)
                    .equals(topics.ends(topic, IsolationLevel.READ_UNCOMMITTED))) {
                if (System.nanoTime() > latest) {
                    throw new IllegalStateException("a transaction in " + topic
                            + " was still open after " + LONGEST_TRANSACTION.toSeconds()
                            + " s: what lies behind it can be read by nobody");
                }
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        }
    }

    @Override
    public void close() {
        // Nobody is left to whom a farewell would matter.
        log.close();
        brokers.close();
        registry.close();
    }
}
