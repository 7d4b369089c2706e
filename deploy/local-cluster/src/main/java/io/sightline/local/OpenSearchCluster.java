package io.sightline.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Several OpenSearch nodes with the k-NN plugin, each a process of its own that can be killed and started again on its
 * data. One node is a cluster as well. The nodes end when this process ends, however it ends. Not thread-safe.
 */
public final class OpenSearchCluster implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final List<OpenSearchNode> nodes;
    private final String heap;
    private final Map<String, Process> processes = new HashMap<>();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(ANSWER).build();

    private OpenSearchCluster(List<OpenSearchNode> nodes, String heap) {
        this.nodes = nodes;
        this.heap = heap;
    }

    /**
     * Starts a cluster and waits until all nodes have found each other.
     *
     * @param directory holds a folder for each node
     * @param heap of each node, for instance 512m
     * @throws LocalClusterException if OpenSearch is not installed, or a node does not start
     */
    public static OpenSearchCluster start(Path directory, int size, String heap) {
        List<OpenSearchNode> nodes = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            nodes.add(new OpenSearchNode(
                    "node-" + i, directory.toAbsolutePath().resolve("opensearch-" + i), Ports.free(), Ports.free()));
        }
        OpenSearchCluster cluster = new OpenSearchCluster(List.copyOf(nodes), heap);
        try {
            for (OpenSearchNode node : nodes) {
                node.writeSettings(nodes);
                cluster.restart(node.name());
            }
            cluster.awaitNodes(START_TIMEOUT);
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new LocalClusterException("OpenSearch did not start in " + directory + ": " + e.getMessage(), e);
        } catch (LocalClusterException e) {
            cluster.close();
            throw e;
        }
    }

    /** Addresses of all nodes, whether they run or not. */
    public List<URI> urls() {
        return nodes.stream().map(node -> URI.create(node.url())).toList();
    }

    /** kill -9 of a node. */
    public void kill(String name) {
        Process process = processes.remove(name);
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    /**
     * Starts a node on the data that it has, and returns at once.
     *
     * @throws IllegalStateException if it runs
     */
    public void restart(String name) {
        if (processes.containsKey(name)) {
            throw new IllegalStateException(name + " runs already: kill it first");
        }
        try {
            processes.put(name, node(name).process(heap).start());
        } catch (IOException e) {
            throw new LocalClusterException(name + " did not start: " + e.getMessage(), e);
        }
    }

    private OpenSearchNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no " + name + " among " + nodes));
    }

    /** Name of the node that manages the cluster, empty if none does. */
    public Optional<String> clusterManager() {
        return ask("/_cat/cluster_manager?h=node");
    }

    /** Name of the node that has the primary of an index's first shard, empty if none has. */
    public Optional<String> primaryOf(String index) {
        return ask("/_cat/shards/" + index + "?h=shard,prirep,state,node")
                .flatMap(lines -> lines.lines()
                        .map(line -> line.trim().split("\\s+", -1))
                        .filter(fields -> fields.length == 4 && fields[0].equals("0") && fields[1].equals("p"))
                        .map(fields -> fields[3])
                        .findFirst());
    }

    /** Whether all nodes are there and every index has all its copies. */
    public boolean isWhole() {
        return ask("/_cat/health?h=status,node.total")
                .filter(health -> health.replaceAll("\\s+", " ").equals("green " + nodes.size()))
                .isPresent();
    }

    /**
     * Waits until all nodes have found each other.
     *
     * @throws LocalClusterException if one has ended by itself, with the end of its log, or it takes longer than that
     */
    public void awaitNodes(Duration longest) {
        long latest = System.nanoTime() + longest.toNanos();
        String wanted = String.valueOf(nodes.size());
        try {
            while (!ask("/_cat/health?h=node.total").equals(Optional.of(wanted)) || !answerAll()) {
                for (OpenSearchNode node : nodes) {
                    requireAlive(node, System.nanoTime() > latest);
                }
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted while waiting for OpenSearch", e);
        }
    }

    private boolean answerAll() {
        return nodes.stream().allMatch(node -> get(node, "/").isPresent());
    }

    private void requireAlive(OpenSearchNode node, boolean isLate) {
        Process process = processes.get(node.name());
        if (process != null && (isLate || !process.isAlive())) {
            String end = process.isAlive() ? "is not in the cluster" : "ended with " + process.exitValue();
            throw new LocalClusterException(
                    node.name() + " " + end + "; the end of its log " + node.logFile() + ":\n" + node.logTail(), null);
        }
    }

    /** The answer of the first running node that gives one. */
    private Optional<String> ask(String path) {
        return nodes.stream()
                .filter(node -> processes.containsKey(node.name()))
                .flatMap(node -> get(node, path).stream())
                .findFirst();
    }

    private Optional<String> get(OpenSearchNode node, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.url() + path))
                .timeout(ANSWER)
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == OK ? Optional.of(response.body().trim()) : Optional.empty();
        } catch (IOException e) {
            // Not yet, or not now.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted while OpenSearch was asked", e);
        }
    }

    /** Ends all nodes at once, as kill -9 does. */
    @Override
    public void close() {
        List.copyOf(processes.keySet()).forEach(this::kill);
        client.close();
    }
}
