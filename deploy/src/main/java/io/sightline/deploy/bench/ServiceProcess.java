package io.sightline.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
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

/** {@code sightline serve ..} in a process of its own, which does not outlive this one. Close it once. */
final class ServiceProcess implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final String READY = "ready: ";
    private static final String AT = " at ";
    private static final int SHOWN_LINES = 40;

    private final String service;
    private final Process process;
    private final Path output;
    private final HttpClient client = HttpClient.newHttpClient();
    private URI address = URI.create("");

    private ServiceProcess(String service, Process process, Path output) {
        this.service = service;
        this.process = process;
        this.output = output;
    }

    /**
     * Starts a service on the class path of this process, on any free port, and waits until it is ready.
     *
     * @param command main class
     * @param service its name
     * @param heap of the process
     * @param output file for what it prints
     * @throws IllegalStateException if it does not become ready, with the end of its output
     */
    static ServiceProcess start(Class<?> command, String service, JavaHeap heap, Path output, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules=jdk.incubator.vector",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dsightline.home=" + System.getProperty("sightline.home", ".")));
        line.addAll(heap.options());
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), command.getName()));
        line.addAll(List.of("serve", service, "--port", "0"));
        line.addAll(arguments);
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        // Ctrl-C ends this process without closing anything.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
        ServiceProcess started = new ServiceProcess(service, process, output);
        try {
            started.awaitReady();
            return started;
        } catch (RuntimeException | InterruptedException e) {
            started.close();
            throw e;
        }
    }

    /** Something to wait for. */
    @FunctionalInterface
    interface Condition {

        /** Whether it has come true. */
        boolean holds() throws InterruptedException;
    }

    /**
     * Waits for what the service is to do.
     *
     * @param what the same in words, behind "the trainer did not"
     * @throws IllegalStateException if it ends, gives up or takes too long, with the end of its output
     */
    void await(String what, Duration longest, Condition condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.holds()) {
            requireAtWork();
            if (System.nanoTime() - start > longest.toNanos()) {
                throw failure("did not " + what + " within " + longest.toSeconds() + " s");
            }
            Thread.sleep(LOOK);
        }
    }

    /** Its meters. */
    Meters meters() throws InterruptedException {
        return new Meters(get("/metrics"));
    }

    /** Versions that an embedder has lanes for. */
    List<String> lanes() throws InterruptedException {
        return json("/v1/lanes").path("lanes").findValuesAsText("version");
    }

    /** Resident set size, Java heap and native memory, in megabytes (10^6 bytes); NaN where there is no /proc. */
    double residentMegabytes() {
        return ResidentSet.megabytes(process.pid());
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        client.close();
    }

    private void awaitReady() throws InterruptedException {
        long start = System.nanoTime();
        Optional<String> url = printedAddress();
        while (url.isEmpty()) {
            requireAlive();
            if (System.nanoTime() - start > START_TIMEOUT.toNanos()) {
                throw failure("was not ready within " + START_TIMEOUT.toSeconds() + " s");
            }
            Thread.sleep(LOOK);
            url = printedAddress();
        }
        address = URI.create(url.get());
    }

    private Optional<String> printedAddress() {
        return printed()
                .lines()
                .filter(line -> line.startsWith(READY + service + AT))
                .map(line -> line.substring((READY + service + AT).length()).strip())
                .findFirst();
    }

    private void requireAlive() {
        if (!process.isAlive()) {
            throw failure("ended with exit code " + process.exitValue());
        }
    }

    /** A trainer whose training failed, or an embedder without a lane, still answers, and says so. */
    private void requireAtWork() throws InterruptedException {
        requireAlive();
        if (service.equals("trainer")) {
            JsonNode status = json("/v1/trainer");
            if (status.path("phase").asText().equals("failed")) {
                throw failure("gave up: " + status.path("detail").asText());
            }
        } else if (service.equals("embedder")) {
            JsonNode failures = json("/v1/lanes").path("failures");
            if (!failures.isEmpty()) {
                throw failure("has no lane for a version: " + failures);
            }
        }
    }

    private JsonNode json(String path) throws InterruptedException {
        String answer = get(path);
        try {
            return JSON.readTree(answer);
        } catch (IOException e) {
            throw failure("does not speak JSON at " + path + ": " + e.getMessage());
        }
    }

    private String get(String path) throws InterruptedException {
        requireAlive();
        HttpRequest request = HttpRequest.newBuilder(address.resolve(path))
                .timeout(REQUEST_TIMEOUT)
                .build();
        HttpResponse<String> response;
        try {
            response = client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            // A process that dies closes its connections a moment before it is gone.
            process.waitFor(1, TimeUnit.SECONDS);
            requireAlive();
            throw failure("does not answer at " + request.uri() + ": " + e);
        }
        if (response.statusCode() != 200) {
            throw failure("answers " + response.statusCode() + " at " + request.uri());
        }
        return response.body();
    }

    private IllegalStateException failure(String what) {
        // Without the frames of stack traces, which would leave no room for what comes before them.
        List<String> lines =
                printed().lines().filter(line -> !line.startsWith("\tat ")).toList();
        List<String> end = lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size());
        return new IllegalStateException(
                "the " + service + " " + what + "; its output ends with:\n" + String.join("\n", end));
    }

    private String printed() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + output + " cannot be read: " + e + ")";
        }
    }
}
