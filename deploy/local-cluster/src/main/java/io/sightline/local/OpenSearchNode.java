package io.sightline.local;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A node of an OpenSearch cluster on loopback, whether it runs or not. Immutable.
 *
 * @param name of the node
 * @param directory where its data and logs lie
 * @param port for clients
 * @param transportPort for other nodes
 */
record OpenSearchNode(String name, Path directory, int port, int transportPort) {

    static final String HOST = "127.0.0.1";

    private static final String CLUSTER_NAME = "sightline-local";
    private static final int TAIL_LINES = 20;

    /** {@code http://host:port} for clients. */
    String url() {
        return "http://" + HOST + ":" + port;
    }

    /**
     * Writes the settings file of this node.
     *
     * @param cluster all nodes, this one among them
     */
    void writeSettings(List<OpenSearchNode> cluster) throws IOException {
        Properties settings = new Properties();
        settings.put("cluster.name", CLUSTER_NAME);
        settings.put("node.name", name);
        settings.put("path.home", directory.toString());
        settings.put("path.data", directory.resolve("data").toString());
        settings.put("path.logs", directory.resolve("logs").toString());
        settings.put("network.host", HOST);
        settings.put("http.port", String.valueOf(port));
        settings.put("transport.port", String.valueOf(transportPort));
        // A full disk of the machine is not what is tried here.
        settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
        if (cluster.size() == 1) {
            settings.put("discovery.type", "single-node");
        } else {
            settings.put("discovery.seed_hosts", join(cluster, node -> HOST + ":" + node.transportPort));
            settings.put("cluster.initial_cluster_manager_nodes", join(cluster, OpenSearchNode::name));
        }
        Files.createDirectories(directory);
        try (Writer writer = Files.newBufferedWriter(settingsFile())) {
            settings.store(writer, null);
        }
    }

    private static String join(List<OpenSearchNode> nodes, Function<OpenSearchNode, String> part) {
        return nodes.stream().map(part).collect(Collectors.joining(","));
    }

    /**
     * The process; once started it needs a while to answer.
     *
     * @param heap for instance 512m
     */
    ProcessBuilder process(String heap) {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heap,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--add-modules=jdk.incubator.vector",
                        "-Dlog4j2.level=WARN",
                        "-cp",
                        OpenSearchHome.classPath(),
                        OpenSearchProcess.class.getName(),
                        settingsFile().toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
    }

    Path logFile() {
        return directory.resolve("node.out");
    }

    /** Last lines of its log. */
    String logTail() {
        try {
            List<String> lines = Files.readAllLines(logFile(), StandardCharsets.UTF_8);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "no log in " + logFile() + ": " + e.getMessage();
        }
    }

    private Path settingsFile() {
        return directory.resolve("node.properties");
    }
}
