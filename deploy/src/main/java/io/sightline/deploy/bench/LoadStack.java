package io.sightline.deploy.bench;

import io.sightline.deploy.stack.DataDirectory;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a load is put on: {@code sightline up} in a process of its own, or services that run somewhere. The process does not
 * outlive this one. Close it once.
 */
final class LoadStack implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final double NANOS = 1e9;
    private static final String MANY = "1000000";
    /** A small network: the services are what is measured. */
    private static final List<String> NETWORK =
            List.of("--images", "drawing", "--widths", "16,32", "--dimensions", "32");

    private final URI ingest;
    private final URI search;
    private final Optional<Process> process;

    private LoadStack(URI ingest, URI search, Optional<Process> process) {
        this.ingest = ingest;
        this.search = search;
        this.process = process;
    }

    /** Services that run already. */
    static LoadStack at(URI ingest, URI search) {
        return new LoadStack(ingest, search, Optional.empty());
    }

    /**
     * Starts a stack on the class path of this process, and waits until it is ready.
     *
     * @param command main class
     * @param work folder of its data
     * @param requestsAtOnce that a server works on; more are shed
     * @throws IllegalStateException if it does not become ready
     */
    static LoadStack start(Class<?> command, Path work, int requestsAtOnce) throws IOException, InterruptedException {
        Path data = work.resolve("data");
        Path output = work.resolve("up.out");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Xmx2g",
                "-Dsightline.home=" + System.getProperty("sightline.home", "."),
                "-Dsightline.registry.home=" + System.getProperty("sightline.registry.home", "."),
                "-cp",
                System.getProperty("java.class.path"),
                command.getName(),
                "up",
                "--dir",
                data.toString()));
        for (String port : List.of("kafka", "registry", "ingest", "search", "trainer")) {
            line.addAll(List.of("--" + port + "-port", "0"));
        }
        line.addAll(NETWORK);
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("SIGHTLINE_LIMITS_REQUESTS_AT_ONCE", String.valueOf(requestsAtOnce));
        // The generator stands for many clients: what one client may do is not what is tried.
        builder.environment().put("SIGHTLINE_LIMITS_REQUESTS_PER_SECOND", MANY);
        builder.environment().put("SIGHTLINE_LIMITS_BURST", MANY);
        Process process = builder.start();
        // Ctrl-C ends this process without closing anything.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
        long latest = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!printed(output).contains("ready; ")) {
            if (!process.isAlive() || System.nanoTime() > latest) {
                process.destroyForcibly();
                throw new IllegalStateException("the stack did not start; it printed:\n" + printed(output));
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
        DataDirectory.Addresses addresses = DataDirectory.running(data)
                .orElseThrow(() -> new IllegalStateException("the stack in " + data + " does not say where it is"));
        return new LoadStack(URI.create(addresses.ingest()), URI.create(addresses.search()), Optional.of(process));
    }

    URI ingest() {
        return ingest;
    }

    URI search() {
        return search;
    }

    /** CPU seconds of the stack so far, the registry's with it; NaN if it is not ours. */
    double cpuSeconds() {
        return process.map(running -> Stream.concat(Stream.of(running.toHandle()), running.descendants())
                        .mapToDouble(one -> one.info()
                                .totalCpuDuration()
                                .map(time -> time.toNanos() / NANOS)
                                .orElse(0.0))
                        .sum())
                .orElse(Double.NaN);
    }

    @Override
    public void close() {
        process.ifPresent(LoadStack::stop);
    }

    private static void stop(Process running) {
        running.destroy();
        try {
            if (!running.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly().onExit().join();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static String printed(Path output) throws IOException {
        return Files.readString(output, StandardCharsets.UTF_8);
    }
}
