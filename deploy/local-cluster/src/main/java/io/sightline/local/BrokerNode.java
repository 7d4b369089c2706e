package io.sightline.local;

import io.sightline.schemas.KafkaConnection;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/**
 * A Kafka node that is broker and KRaft controller in one, on loopback. Immutable.
 *
 * @param id from 1
 * @param directory where its log lies
 * @param port for clients and other brokers
 * @param controllerPort for the quorum
 */
record BrokerNode(int id, Path directory, int port, int controllerPort) {

    static final String HOST = "127.0.0.1";

    private static final int MOST_COPIES = 3;
    /** What Kafka 4 formats new clusters with (KIP-890). */
    static final short TRANSACTION_VERSION = 2;

    /** {@code host:port} for clients. */
    String address() {
        return HOST + ":" + port;
    }

    /** {@code host:port} of its controller. */
    String controllerAddress() {
        return HOST + ":" + controllerPort;
    }

    /** Prepares the folder; one that is prepared already is left as it is. */
    void format(String clusterId, short transactionVersion) throws Exception {
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(id)
                .setClusterId(clusterId)
                .addDirectory(directory.toString())
                .setMetadataLogDirectory(directory.toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                .setFeatureLevel("transaction.version", transactionVersion)
                .setIgnoreFormatted(true)
                .run();
    }

    /**
     * Settings of this node.
     *
     * @param cluster all nodes, this one among them: every topic has a copy on each, up to three, and a write is
     *     acknowledged when all but one have it
     */
    Map<String, String> settings(List<BrokerNode> cluster) {
        Map<String, String> settings = new HashMap<>();
        putController(settings, cluster);
        settings.put("process.roles", "broker,controller");
        settings.put("listeners", "BROKER://" + address() + "," + controllerListener());
        settings.put("advertised.listeners", "BROKER://" + address());
        settings.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("inter.broker.listener.name", "BROKER");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("controlled.shutdown.enable", "true");
        settings.put("group.initial.rebalance.delay.ms", "0");
        putCopies(settings, Math.min(MOST_COPIES, cluster.size()));
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("auto.create.topics.enable", "false");
        settings.put("message.max.bytes", String.valueOf(KafkaConnection.MAX_REQUEST_BYTES));
        settings.put("replica.fetch.max.bytes", String.valueOf(KafkaConnection.MAX_REQUEST_BYTES));
        settings.put("log.cleaner.dedupe.buffer.size", "4194304");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        return settings;
    }

    /** Settings of the controller of a cluster of this node alone, without its broker. */
    Map<String, String> controllerSettings() {
        Map<String, String> settings = new HashMap<>();
        putController(settings, List.of(this));
        settings.put("process.roles", "controller");
        settings.put("listeners", controllerListener());
        settings.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT");
        return settings;
    }

    private void putController(Map<String, String> settings, List<BrokerNode> cluster) {
        settings.put("node.id", String.valueOf(id));
        settings.put(
                "controller.quorum.voters",
                cluster.stream().map(BrokerNode::voter).collect(Collectors.joining(",")));
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("log.dirs", directory.toString());
        settings.put("controller.quorum.fetch.timeout.ms", "2000");
        if (cluster.size() == 1) {
            // Elections need not wait for anyone.
            settings.put("controller.quorum.election.timeout.ms", "200");
            settings.put("controller.quorum.election.backoff.max.ms", "200");
        }
    }

    private String controllerListener() {
        return "CONTROLLER://" + controllerAddress();
    }

    private static void putCopies(Map<String, String> settings, int copies) {
        String all = String.valueOf(copies);
        String inSync = String.valueOf(Math.max(1, copies - 1));
        settings.put("default.replication.factor", all);
        settings.put("min.insync.replicas", inSync);
        settings.put("offsets.topic.replication.factor", all);
        settings.put("transaction.state.log.replication.factor", all);
        settings.put("transaction.state.log.min.isr", inSync);
        settings.put("share.coordinator.state.topic.replication.factor", all);
        settings.put("share.coordinator.state.topic.min.isr", inSync);
    }

    private String voter() {
        return id + "@" + controllerAddress();
    }
}
