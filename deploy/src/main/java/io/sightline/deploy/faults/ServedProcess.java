package io.sightline.deploy.faults;

import io.sightline.deploy.bench.Meters;
import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** {@code sightline serve ..} in a process of its own, which is going to be killed. Not thread-safe. */
final class ServedProcess {

    /** System property that names the JVM's archive of classes; without the file it starts without. */
    private static final String ARCHIVE_PROPERTY = "sightline.archive";

    private static final String READY = "ready: ";
    private static final String AT = " at ";
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final String service;
    private final Process process;
    private final Path output;

    private ServedProcess(String service, Process process, Path output) {
        this.service = service;
        this.process = process;
        this.output = output;
    }

    /**
     * Starts a service on the class path of this process, and does not wait for it.
     *
     * @param command main class
     * @param service its name
     * @param directory its folder
     * @param output file for what it prints
     */
    static ServedProcess start(
            Class<?> command, String service, KafkaConnection connection, Path directory, Path output)
            throws IOException {
        return start(command, service, connection, directory, output, 0, List.of());
    }

    /**
     * The same on a port, 0 for any.
     *
     * @param more further arguments
     */
    static ServedProcess start(
            Class<?> command,
            String service,
            KafkaConnection connection,
            Path directory,
            Path output,
            int port,
            List<String> more)
            throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions"));
        String archive = System.getProperty(ARCHIVE_PROPERTY, "");
        if (Files.isRegularFile(Path.of(archive))) {
            line.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off"));
        }
        line.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                command.getName(),
                "serve",
                service,
                "--bootstrap-servers",
                connection.bootstrapServers(),
                "--schema-registry",
                connection.schemaRegistry(),
                "--dir",
                directory.toString(),
                "--port",
                String.valueOf(port)));
        line.addAll(more);
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ServedProcess(service, process, output);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it has said that it serves. */
    boolean isReady() {
        return address().isPresent();
    }

    /** Images that it has embedded for a version by its own count, 0 if it does not say. */
    long embedded(String version) throws InterruptedException {
        Optional<URI> address = address();
        if (address.isEmpty()) {
            return 0;
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(address.get().resolve("/metrics"))
                    .timeout(ANSWER)
                    .build();
            return new Meters(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .embedded(version);
        } catch (IOException e) {
            return 0;
        }
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** SIGTERM, which lets it leave its groups. */
    void terminate() {
        process.destroy();
    }

    /** Waits for the end after SIGTERM; one that does not end is killed. */
    void awaitEnd(Duration longest) throws InterruptedException {
        awaitExit(longest);
    }

    /** The same; returns the exit code, -1 if it was killed. */
    int awaitExit(Duration longest) throws InterruptedException {
        if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
            return -1;
        }
        return process.exitValue();
    }

    /** Where it serves, once it has said so. */
    Optional<URI> address() {
        String start = READY + service + AT;
        try {
            return Files.readString(output, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith(start))
                    .map(line -> URI.create(line.substring(start.length()).strip()))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(output + " cannot be read: " + e.getMessage(), e);
        }
    }
}
