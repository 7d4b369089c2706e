package io.sightline.deploy.faults;

import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Embedder processes by number, each on a folder of its own. One that ends by itself is started again, as an orchestrator
 * would, and counted. They do not outlive this process unless it is killed with -9. Close it once; not thread-safe.
 */
final class EmbedderFleet implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Class<?> command;
    private final KafkaConnection connection;
    private final Path directory;
    private final Map<Integer, ServedProcess> processes = new TreeMap<>();
    private final Set<Integer> leaving = new HashSet<>();
    private final Thread killer = Thread.ofPlatform().unstarted(this::killAll);
    private boolean closed;
    private int starts;
    private int endedAlone;

    EmbedderFleet(Class<?> command, KafkaConnection connection, Path directory) {
        this.command = command;
        this.connection = connection;
        this.directory = directory;
        // Ctrl-C ends this process without closing anything.
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /** Starts a process, and does not wait for it; none any more once this is closed. */
    void start(int number) throws IOException {
        synchronized (processes) {
            if (!closed) {
                starts++;
                Path output = directory.resolve("embedder-" + number + "-start-" + starts + ".out");
                Path own = directory.resolve("embedder-" + number);
                processes.put(number, ServedProcess.start(command, "embedder", connection, own, output));
            }
        }
    }

    /**
     * Waits until all processes serve.
     *
     * @throws IllegalStateException if one ends, or takes too long
     */
    void awaitReady() throws InterruptedException {
        long latest = System.nanoTime() + START_TIMEOUT.toNanos();
        for (Map.Entry<Integer, ServedProcess> entry : processes.entrySet()) {
            while (!entry.getValue().isReady()) {
                if (!entry.getValue().isAlive() || System.nanoTime() > latest) {
                    throw new IllegalStateException(
                            "embedder " + entry.getKey() + " did not start; what it printed is in " + directory);
                }
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        }
    }

    ServedProcess get(int number) {
        ServedProcess process = processes.get(number);
        if (process == null) {
            throw new IllegalStateException("embedder " + number + " was not started");
        }
        return process;
    }

    /** SIGTERM; the process is not started again when it ends. */
    void leave(int number) {
        get(number).terminate();
        leaving.add(number);
    }

    /** Starts those again that ended by themselves. */
    void revive() throws IOException {
        for (Map.Entry<Integer, ServedProcess> entry : Map.copyOf(processes).entrySet()) {
            if (!leaving.contains(entry.getKey()) && !entry.getValue().isAlive()) {
                endedAlone++;
                start(entry.getKey());
            }
        }
    }

    /** How often a process ended that was not killed. */
    int endedAlone() {
        return endedAlone;
    }

    /** SIGTERM to all; returns when they have ended. */
    void stop() throws InterruptedException {
        processes.values().forEach(ServedProcess::terminate);
        for (ServedProcess process : processes.values()) {
            process.awaitEnd(STOP_TIMEOUT);
        }
    }

    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(killer);
    }

    private void killAll() {
        synchronized (processes) {
            closed = true;
            processes.values().forEach(ServedProcess::kill);
        }
    }
}
