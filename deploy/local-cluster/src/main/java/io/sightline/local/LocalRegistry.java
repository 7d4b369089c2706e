package io.sightline.local;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An Apicurio registry, which speaks the Confluent API, as a child process on loopback with file storage: started
 * again on the same folder it gives the same schema ids. The child ends when this process ends, however it ends.
 * Close it once; not thread-safe.
 */
public final class LocalRegistry implements AutoCloseable {

    /** System property that names the folder of the unpacked registry. */
    public static final String HOME_PROPERTY = "sightline.registry.home";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Process process;
    private final int port;

    private LocalRegistry(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a registry and waits until it answers.
     *
     * @param directory where its database and its log lie; made if it is missing
     * @param port port to listen on; 0 picks a free one
     * @throws LocalClusterException if it is not installed or does not start
     */
    public static LocalRegistry start(Path directory, int port) {
        LocalRegistry registry = launch(directory, port);
        registry.awaitReady(directory);
        return registry;
    }

    /** Starts the process and returns at once; {@link #awaitReady} waits for it. */
    static LocalRegistry launch(Path directory, int port) {
        Path home = home();
        int chosen = Ports.freeOr("the schema registry", port);
        try {
            Files.createDirectories(directory);
            return new LocalRegistry(process(home, directory, chosen).start(), chosen);
        } catch (IOException e) {
            throw new LocalClusterException("the schema registry did not start: " + e.getMessage(), e);
        }
    }

    /** Address of the Confluent API. */
    public String url() {
        return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    void awaitReady(Path directory) {
        HttpClient client = HttpClient.newBuilder().connectTimeout(POLL).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/subjects"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                close();
                Thread.currentThread().interrupt();
                throw new LocalClusterException("interrupted while the schema registry started", e);
            }
        }
        String end = process.isAlive()
                ? "did not answer at " + url() + " within " + START_TIMEOUT.toSeconds() + " s"
                : "ended with " + process.exitValue();
        close();
        throw new LocalClusterException(
                "the schema registry " + end + "; its log is " + directory.resolve("registry.log"), null);
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Path home() {
        String home = System.getProperty(HOME_PROPERTY, "");
        Path folder = Path.of(home);
        if (home.isEmpty() || !Files.exists(folder.resolve("quarkus-run.jar"))) {
            throw new LocalClusterException(
                    "no schema registry in '" + home
                            + "': build the project, and start through deploy/sightline or set -D" + HOME_PROPERTY,
                    null);
        }
        return folder.toAbsolutePath();
    }

    private static ProcessBuilder process(Path home, Path directory, int port) throws IOException {
        Path database = directory.toAbsolutePath().resolve("schemas");
        String classPath = ownClasses() + java.io.File.pathSeparator + home.resolve("quarkus-run.jar");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                RegistryProcess.class.getName()));
        Map<String, String> environment = builder.environment();
        environment.put("QUARKUS_HTTP_HOST", "127.0.0.1");
        environment.put("QUARKUS_HTTP_PORT", String.valueOf(port));
        environment.put("QUARKUS_MANAGEMENT_HOST", "127.0.0.1");
        environment.put("QUARKUS_MANAGEMENT_PORT", String.valueOf(Ports.free()));
        environment.put("APICURIO_RULES_GLOBAL_COMPATIBILITY", "BACKWARD_TRANSITIVE");
        // In memory it would reissue ids after a restart, and old records would decode with the wrong schema.
        environment.put("APICURIO_DATASOURCE_URL", "jdbc:h2:file:" + database + ";DB_CLOSE_ON_EXIT=FALSE");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("registry.log").toFile()));
    }

    private static String ownClasses() throws IOException {
        try {
            return Path.of(RegistryProcess.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (java.net.URISyntaxException e) {
            throw new IOException("cannot find the classes of the local cluster", e);
        }
    }
}
