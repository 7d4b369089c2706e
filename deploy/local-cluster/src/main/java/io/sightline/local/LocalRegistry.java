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
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Apicurio registry, which speaks the Confluent API, as a child process on loopback with file storage: started
 * again on the same folder it gives the same schema ids. The child ends when this process ends, however it ends. It
 * sends a token of its own with every answer, so that another server on its port, perhaps the registry of another
 * process, is not taken for it.
 * Close it once; not thread-safe.
 */
public final class LocalRegistry implements AutoCloseable {

    /** System property that names the folder of the unpacked registry. */
    public static final String HOME_PROPERTY = "sightline.registry.home";

    private static final Logger LOG = LoggerFactory.getLogger(LocalRegistry.class);
    private static final String LOG_FILE = "registry.log";
    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final String TOKEN_HEADER = "X-Sightline-Instance";
    private static final int STARTS = 3;
    private static final int LINES_OF_LOG = 15;

    private final Path directory;
    private final int wanted;
    private final String token = UUID.randomUUID().toString();
    private Process process;
    private boolean othersAnswered;
    private int port;
    private int starts = 1;

    private LocalRegistry(Path directory, int wanted, int port) throws IOException {
        this.directory = directory;
        this.wanted = wanted;
        this.port = port;
        this.process = process(home()).start();
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
        registry.awaitReady();
        return registry;
    }

    /** Starts the process and returns at once; {@link #awaitReady} waits for it. */
    static LocalRegistry launch(Path directory, int port) {
        int chosen = Ports.freeOr("the schema registry", port);
        try {
            Files.createDirectories(directory);
            return new LocalRegistry(directory, port, chosen);
        } catch (IOException e) {
            throw notStarted(e);
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

    /**
     * Waits until it answers. One that ended at once is started again on another port, unless the port was asked for:
     * somebody may have taken it meanwhile.
     */
    void awaitReady() {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!answersBefore(deadline)) {
            String end = process.isAlive()
                    ? "did not answer at " + url() + " within " + START_TIMEOUT.toSeconds() + " s"
                    : "ended with " + process.exitValue();
            if (othersAnswered) {
                end += ", and another server answers on port " + port + ": stop that one or choose another port";
            }
            if (process.isAlive() || wanted != 0 || starts == STARTS) {
                close();
                throw new LocalClusterException(
                        "the schema registry " + end + "; its log is " + log() + ", and ends with\n" + endOfLog(),
                        null);
            }
            LOG.warn("the schema registry {}; it is started again on another port; its log is {}", end, log());
            startAgain();
        }
    }

    private void startAgain() {
        starts++;
        othersAnswered = false;
        port = Ports.free();
        try {
            process = process(home()).start();
        } catch (IOException e) {
            throw notStarted(e);
        }
    }

    /** Whether it, and nobody in its place, answers before a time; false at once when the process ends. */
    private boolean answersBefore(long deadline) {
        HttpClient client = HttpClient.newBuilder().connectTimeout(POLL).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/subjects"))
                .timeout(Duration.ofSeconds(5))
                .build();
        while (System.nanoTime() < deadline && process.isAlive()) {
            try {
                HttpResponse<Void> answer = client.send(request, HttpResponse.BodyHandlers.discarding());
                boolean isOurs = answer.headers()
                        .firstValue(TOKEN_HEADER)
                        .filter(token::equals)
                        .isPresent();
                if (isOurs && answer.statusCode() == 200) {
                    return true;
                }
                // Ours finds the port taken, and ends.
                othersAnswered |= !isOurs;
                TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
            } catch (IOException e) {
                pause();
            } catch (InterruptedException e) {
                close();
                Thread.currentThread().interrupt();
                throw new LocalClusterException("interrupted while the schema registry started", e);
            }
        }
        return false;
    }

    private static LocalClusterException notStarted(IOException cause) {
        return new LocalClusterException("the schema registry did not start: " + cause.getMessage(), cause);
    }

    private Path log() {
        return directory.resolve(LOG_FILE);
    }

    private String endOfLog() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_OF_LOG), lines.size()));
        } catch (IOException e) {
            return "(it cannot be read: " + e.getMessage() + ")";
        }
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

    private ProcessBuilder process(Path home) throws IOException {
        Path database = directory.toAbsolutePath().resolve("schemas");
        String classPath = ownClasses() + java.io.File.pathSeparator + home.resolve("quarkus-run.jar");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.header.\"" + TOKEN_HEADER + "\".value=" + token,
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
                        directory.resolve(LOG_FILE).toFile()));
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
