package io.sightline.local;

import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker and KRaft controller in this JVM, on loopback, with its log on disk: started again on the same
 * folder it has everything that was acknowledged before, also after a kill. Close it once; not thread-safe.
 */
public final class LocalBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);
    private static final String HOST = "127.0.0.1";
    private static final int NODE_ID = 1;
    private static final String PORT_FILE = "sightline-port";
    /**
     * With version 2 (KIP-890) on Kafka 4.3.1, killing the broker together with its transactional clients, three times
     * in a row, left a transaction open in __consumer_offsets that its coordinator held to be complete: the offsets of
     * that group could never be read again. With version 1 six such kills in a row left none.
     */
    private static final short TRANSACTION_VERSION = 1;

    private final KafkaRaftServer server;
    private final int port;

    private LocalBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker and waits until it takes requests.
     *
     * @param directory where the log lies; made if it is missing
     * @param port port to listen on; 0 picks the one of the last time, or a free one. The controller takes another
     *     free one
     * @throws LocalClusterException if the port is taken or the folder cannot be used
     */
    public static LocalBroker start(Path directory, int port) {
        int brokerPort = port == 0 ? Ports.freeOrAny(lastPort(directory)) : Ports.freeOr("the Kafka broker", port);
        int controllerPort = Ports.free();
        Exit.setExitProcedure((status, message) -> halted(message));
        Exit.setHaltProcedure((status, message) -> halted(message));
        try {
            Files.createDirectories(directory);
            format(directory);
            Files.writeString(directory.resolve(PORT_FILE), String.valueOf(brokerPort));
            KafkaRaftServer server =
                    new KafkaRaftServer(new KafkaConfig(settings(directory, brokerPort, controllerPort)), Time.SYSTEM);
            server.startup();
            return new LocalBroker(server, brokerPort);
        } catch (Exception e) {
            throw new LocalClusterException(
                    "the Kafka broker did not start on " + directory + ": " + e.getMessage()
                            + "; is another Sightline running on that folder?",
                    e);
        }
    }

    /** {@code host:port} for clients. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    /**
     * Port of the last start, or 0. A broker that was killed has transactions to finish, and sends their markers to the
     * address that it knows of itself: on another port it would wait for its own old one.
     */
    private static int lastPort(Path directory) {
        try {
            Path file = directory.resolve(PORT_FILE);
            return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
        } catch (IOException | NumberFormatException e) {
            LOG.warn("the last port of the broker cannot be read, a free one is taken: {}", e.toString());
            return 0;
        }
    }

    private static void halted(@org.jspecify.annotations.Nullable String message) {
        LOG.error("the embedded Kafka broker gave up: {}", message);
        throw new LocalClusterException("the embedded Kafka broker gave up: " + message, null);
    }

    private static void format(Path directory) throws Exception {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE_ID)
                .setClusterId(clusterId(directory))
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setFeatureLevel("transaction.version", TRANSACTION_VERSION)
                .setIgnoreFormatted(true);
        formatter.run();
    }

    private static String clusterId(Path directory) throws IOException {
        Path meta = directory.resolve("meta.properties");
        if (Files.exists(meta)) {
            for (String line : Files.readAllLines(meta)) {
                if (line.startsWith("cluster.id=")) {
                    return line.substring("cluster.id=".length());
                }
            }
        }
        return Uuid.randomUuid().toString();
    }

    private static Map<String, String> settings(Path directory, int port, int controllerPort) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", String.valueOf(NODE_ID));
        settings.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        settings.put("listeners", "BROKER://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        settings.put("advertised.listeners", "BROKER://" + HOST + ":" + port);
        settings.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "BROKER");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("log.dirs", directory.toString());
        // One node: elections and heartbeats need not wait for anyone.
        settings.put("controller.quorum.election.timeout.ms", "200");
        settings.put("controller.quorum.election.backoff.max.ms", "200");
        settings.put("controller.quorum.fetch.timeout.ms", "2000");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("controlled.shutdown.enable", "true");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("auto.create.topics.enable", "false");
        settings.put("message.max.bytes", String.valueOf(KafkaConnection.MAX_REQUEST_BYTES));
        settings.put("replica.fetch.max.bytes", String.valueOf(KafkaConnection.MAX_REQUEST_BYTES));
        settings.put("log.cleaner.dedupe.buffer.size", "4194304");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        return settings;
    }
}
