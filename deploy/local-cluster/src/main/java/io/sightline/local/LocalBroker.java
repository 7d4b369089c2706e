package io.sightline.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka broker and KRaft controller in this JVM, on loopback, with its log on disk: started again on the same
 * folder it has everything that was acknowledged before, also after a kill. Close it once; not thread-safe.
 */
public final class LocalBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);
    private static final int NODE_ID = 1;
    /**
     * Nobody can take over from a broker that is alone: that it answers late, on a machine that is busy, is no reason to
     * take its partitions from it, which {@link FormerRun} says the danger of. A start does not wait for it.
     */
    private static final String SESSION_MILLIS = "600000";

    private static final String META_FILE = "meta.properties";
    private static final String PORT_FILE = "sightline-port";

    private final KafkaRaftServer server;
    private final BrokerNode node;

    private LocalBroker(KafkaRaftServer server, BrokerNode node) {
        this.server = server;
        this.node = node;
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
        return start(directory, port, Map.of());
    }

    /** The same, with settings of the broker that count more than its own. */
    static LocalBroker start(Path directory, int port, Map<String, String> more) {
        int brokerPort = port == 0 ? Ports.freeOrAny(lastPort(directory)) : Ports.freeOr("the Kafka broker", port);
        BrokerNode node = new BrokerNode(NODE_ID, directory, brokerPort, Ports.free());
        Exit.setExitProcedure((status, message) -> halted(message));
        Exit.setHaltProcedure((status, message) -> halted(message));
        try {
            Files.createDirectories(directory);
            boolean hasRun = Files.exists(directory.resolve(META_FILE));
            node.format(clusterId(directory), BrokerNode.TRANSACTION_VERSION);
            Files.writeString(directory.resolve(PORT_FILE), String.valueOf(brokerPort));
            if (hasRun) {
                FormerRun.forget(node);
            }
            Map<String, String> settings = node.settings(List.of(node));
            settings.put("broker.session.timeout.ms", SESSION_MILLIS);
            settings.putAll(more);
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings), Time.SYSTEM);
            server.startup();
            return new LocalBroker(server, node);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted while the Kafka broker on " + directory + " was started", e);
        } catch (Exception e) {
            throw new LocalClusterException(
                    "the Kafka broker did not start on " + directory + ": " + e.getMessage()
                            + "; is another Sightline running on that folder?",
                    e);
        }
    }

    /** {@code host:port} for clients. */
    public String bootstrapServers() {
        return node.address();
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

    private static String clusterId(Path directory) throws IOException {
        Path meta = directory.resolve(META_FILE);
        if (Files.exists(meta)) {
            for (String line : Files.readAllLines(meta)) {
                if (line.startsWith("cluster.id=")) {
                    return line.substring("cluster.id=".length());
                }
            }
        }
        return Uuid.randomUuid().toString();
    }
}
