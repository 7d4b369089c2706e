package io.sightline.deploy.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.sightline.schemas.KafkaConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/** An indexer process from its start to its end, asked again and again. Close it once; not thread-safe. */
final class IndexerLife implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration STOP_TIMEOUT = Duration.ofMinutes(2);

    private final long start = System.nanoTime();
    private final Path output;
    private final ServedProcess process;
    private final Thread killer = Thread.ofPlatform().unstarted(this::kill);
    private final HttpClient client = HttpClient.newHttpClient();
    private final String question;

    /**
     * Starts the process.
     *
     * @param question body of a search
     */
    IndexerLife(Class<?> command, KafkaConnection connection, Path directory, Path output, String question)
            throws IOException {
        this.output = output;
        this.question = question;
        this.process = ServedProcess.start(command, "indexer", connection, directory, output);
        // Ctrl-C ends this process without closing anything.
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /**
     * Asks until there is an answer.
     *
     * @return seconds from the start of the process to the answer; none if the time was over before
     * @throws IllegalStateException if the process ends by itself
     */
    OptionalDouble awaitAnswer(Duration longest) throws InterruptedException {
        while (seconds() < longest.toNanos() / 1e9) {
            Optional<URI> address = process.address();
            if (address.isPresent() && answers(address.get())) {
                return OptionalDouble.of(seconds());
            }
            rest();
        }
        return OptionalDouble.empty();
    }

    /** Leaves it alone for a time. */
    void await(Duration time) throws InterruptedException {
        double until = seconds() + time.toNanos() / 1e9;
        while (seconds() < until) {
            rest();
        }
    }

    /**
     * Waits until it has read all that the topics of a version hold.
     *
     * @throws IllegalStateException if it does not within the time
     */
    void awaitCaughtUp(String version, Duration longest) throws InterruptedException {
        double until = seconds() + longest.toNanos() / 1e9;
        while (json("/v1/status").path("behind").path(version).asLong(-1) != 0) {
            if (seconds() > until) {
                throw new IllegalStateException("the indexer has not caught up within " + longest.toSeconds()
                        + " s; what it printed is in " + output);
            }
            rest();
        }
    }

    /**
     * What it has of an image: the offset of the event that it was made from, -1 if it is not there.
     *
     * @throws IllegalStateException if it does not say
     */
    int offsetOf(String id) throws InterruptedException {
        JsonNode offset =
                json("/v1/images/" + id + "?lineage=false").path("coordinates").path("offset");
        return offset.asInt(-1);
    }

    /** An answer; empty if what is asked for is not there. */
    private JsonNode json(String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        process.address().orElseThrow().resolve(path))
                .timeout(ANSWER)
                .build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return switch (response.statusCode()) {
                case 200 -> JSON.readTree(response.body());
                case 404 -> MissingNode.getInstance();
                default ->
                    throw new IllegalStateException(
                            "the indexer answers " + response.statusCode() + " to " + path + ": " + response.body());
            };
        } catch (IOException e) {
            throw new IllegalStateException("the indexer does not answer to " + path, e);
        }
    }

    /** SIGTERM; returns when it has ended. */
    void stop() throws InterruptedException {
        process.terminate();
        process.awaitEnd(STOP_TIMEOUT);
    }

    /** kill -9, unless it has ended. */
    @Override
    public void close() {
        kill();
        client.close();
        Runtime.getRuntime().removeShutdownHook(killer);
    }

    private void kill() {
        process.kill();
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private void rest() throws InterruptedException {
        if (!process.isAlive()) {
            throw new IllegalStateException("the indexer ended by itself; what it printed is in " + output);
        }
        TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
    }

    private boolean answers(URI address) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/v1/search"))
                .header("Content-Type", "application/json")
                .timeout(ANSWER)
                .POST(HttpRequest.BodyPublishers.ofString(question))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
