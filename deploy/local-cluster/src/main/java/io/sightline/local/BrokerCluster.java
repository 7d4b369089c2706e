package io.sightline.local;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;

/**
 * Several Kafka nodes, each broker and controller, each a process of its own that can be killed and started again on its
 * log. Topics have up to three copies. The nodes end when this process ends, however it ends. Not thread-safe.
 */
public final class BrokerCluster implements AutoCloseable {

    /** Version of Kafka's transactions that the embedded broker runs with, see {@link BrokerNode}. */
    public static final short TRANSACTION_VERSION = BrokerNode.TRANSACTION_VERSION;

    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final int ANSWER_MILLIS = 5_000;

    private final List<BrokerNode> nodes;
    private final Map<Integer, Process> processes = new HashMap<>();

    private BrokerCluster(List<BrokerNode> nodes) {
        this.nodes = nodes;
    }

    /**
     * Starts a new cluster and waits until all nodes take requests.
     *
     * @param directory empty or missing; holds a folder and a log file for each node
     * @param transactionVersion Kafka's feature transaction.version
     * @throws LocalClusterException if a node does not start
     */
    public static BrokerCluster start(Path directory, int size, short transactionVersion) {
        List<BrokerNode> nodes = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            nodes.add(new BrokerNode(id, directory.resolve("broker-" + id), Ports.free(), Ports.free()));
        }
        BrokerCluster cluster = new BrokerCluster(List.copyOf(nodes));
        try {
            cluster.format(directory, transactionVersion);
            for (int id = 1; id <= size; id++) {
                cluster.restart(id);
            }
            cluster.awaitWhole(START_TIMEOUT);
            return cluster;
        } catch (LocalClusterException e) {
            cluster.close();
            throw e;
        }
    }

    /** {@code host:port,..} for clients. */
    public String bootstrapServers() {
        return nodes.stream().map(BrokerNode::address).collect(Collectors.joining(","));
    }

    /** kill -9 of a node, from 1. */
    public void kill(int id) {
        Process process = processes.remove(id);
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    /**
     * SIGTERM to a node, from 1, which gives its partitions to the others before it ends; killed if it does not end.
     *
     * @throws LocalClusterException if the thread is interrupted meanwhile
     */
    public void stop(int id, Duration longest) {
        Process process = processes.get(id);
        if (process != null) {
            process.destroy();
            try {
                process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LocalClusterException("interrupted while broker " + id + " stops", e);
            }
            kill(id);
        }
    }

    /**
     * Starts a node that was stopped, on its log, and returns at once.
     *
     * @throws IllegalStateException if it runs
     */
    public void restart(int id) {
        if (processes.containsKey(id)) {
            throw new IllegalStateException("broker " + id + " runs already: kill it first");
        }
        try {
            processes.put(id, process(nodes.get(id - 1)).start());
        } catch (IOException e) {
            throw new LocalClusterException("broker " + id + " did not start: " + e.getMessage(), e);
        }
    }

    /**
     * Waits until all nodes are there and every partition has all its copies in sync.
     *
     * @throws LocalClusterException if a node has ended by itself, or it takes longer than that
     */
    public void awaitWhole(Duration longest) {
        long latest = System.nanoTime() + longest.toNanos();
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers(),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS))) {
            while (!isWhole(admin)) {
                requireAlive();
                if (System.nanoTime() > latest) {
                    throw new LocalClusterException(
                            "the brokers were not all in sync within " + longest.toSeconds() + " s; their logs are in "
                                    + nodes.getFirst().directory().getParent(),
                            null);
                }
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted while waiting for the brokers", e);
        }
    }

    /** Ends all nodes at once, as kill -9 does. */
    @Override
    public void close() {
        List.copyOf(processes.keySet()).forEach(this::kill);
    }

    private void format(Path directory, short transactionVersion) {
        String clusterId = Uuid.randomUuid().toString();
        try {
            for (BrokerNode node : nodes) {
                Files.createDirectories(node.directory());
                node.format(clusterId, transactionVersion);
                Properties settings = new Properties();
                settings.putAll(node.settings(nodes));
                try (Writer writer = Files.newBufferedWriter(settingsFile(node))) {
                    settings.store(writer, null);
                }
            }
        } catch (Exception e) {
            throw new LocalClusterException("the folder " + directory + " cannot be formatted: " + e.getMessage(), e);
        }
    }

    private boolean isWhole(Admin admin) throws InterruptedException {
        try {
            if (admin.describeCluster().nodes().get().size() < nodes.size()) {
                return false;
            }
            var topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get();
            return admin.describeTopics(topics).allTopicNames().get().values().stream()
                    .allMatch(BrokerCluster::isInSync);
        } catch (ExecutionException e) {
            // Not yet, or not now.
            return false;
        }
    }

    private static boolean isInSync(TopicDescription topic) {
        return topic.partitions().stream()
                .allMatch(partition ->
                        partition.isr().size() == partition.replicas().size());
    }

    private void requireAlive() {
        for (BrokerNode node : nodes) {
            Process process = processes.get(node.id());
            if (process == null || !process.isAlive()) {
                throw new LocalClusterException(
                        "broker " + node.id() + " does not run; its log is " + logFile(node), null);
            }
        }
    }

    private static ProcessBuilder process(BrokerNode node) {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dsightline.log.file=" + sibling(node, ".log"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerProcess.class.getName(),
                        settingsFile(node).toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile(node).toFile()));
    }

    private static Path settingsFile(BrokerNode node) {
        return sibling(node, ".properties");
    }

    private static Path logFile(BrokerNode node) {
        return sibling(node, ".out");
    }

    private static Path sibling(BrokerNode node, String suffix) {
        return node.directory().resolveSibling("broker-" + node.id() + suffix);
    }
}
