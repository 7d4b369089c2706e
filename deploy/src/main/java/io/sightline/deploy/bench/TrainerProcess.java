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

/** {@code sightline serve trainer} in a process of its own, which does not outlive this one. Close it once. */
final class TrainerProcess implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final String READY = "ready: trainer at ";
    private static final int SHOWN_LINES = 40;

    private final Process process;
    private final Path output;
    private final HttpClient client = HttpClient.newHttpClient();
    private URI address = URI.create("");

    private TrainerProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts a trainer on the class path of this process and waits until it is ready.
     *
     * @param command main class
     * @param heap as {@code -Xmx} takes it
     * @param output file for what it prints
     * @throws IllegalStateException if it does not become ready, with the end of its output
     */
    static TrainerProcess start(Class<?> command, String heap, Path output, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.awt.headless=true",
                "-Dsightline.home=" + System.getProperty("sightline.home", "."),
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                command.getName()));
        line.addAll(arguments);
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        // Ctrl-C ends this process without closing anything.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
        TrainerProcess trainer = new TrainerProcess(process, output);
        try {
            trainer.awaitReady();
            return trainer;
        } catch (RuntimeException | InterruptedException e) {
            trainer.close();
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
     * Waits for what the trainer is to do.
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
    TrainerFigures figures() throws InterruptedException {
        return TrainerFigures.parse(get("/metrics"));
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
                .filter(line -> line.startsWith(READY))
                .map(line -> line.substring(READY.length()).strip())
                .findFirst();
    }

    private void requireAlive() {
        if (!process.isAlive()) {
            throw failure("ended with exit code " + process.exitValue());
        }
    }

    /** A trainer whose training failed still answers, and says so. */
    private void requireAtWork() throws InterruptedException {
        JsonNode status = status();
        if (status.path("phase").asText().equals("failed")) {
            throw failure("gave up: " + status.path("detail").asText());
        }
    }

    private JsonNode status() throws InterruptedException {
        String answer = get("/v1/trainer");
        try {
            return JSON.readTree(answer);
        } catch (IOException e) {
            throw failure("does not speak JSON at /v1/trainer: " + e.getMessage());
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
        return new IllegalStateException("the trainer " + what + "; its output ends with:\n" + String.join("\n", end));
    }

    private String printed() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(" + output + " cannot be read: " + e + ")";
        }
    }
}
