package io.sightline.deploy.faults;

import io.sightline.local.Ports;
import io.sightline.schemas.KafkaConnection;
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
import java.util.concurrent.TimeUnit;

/**
 * Processes of services on ports that they keep, which can be stopped and started again one by one. They do not outlive
 * this process unless it is killed with -9. Close it once; not thread-safe.
 */
final class UpgradeFleet implements AutoCloseable {

    /** What an orchestrator gives a process between SIGTERM and kill -9. */
    static final Duration TERMINATION_GRACE = Duration.ofSeconds(60);

    private static final Duration LONGER_THAN_ANY_RUN = Duration.ofHours(12);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Class<?> command;
    private final KafkaConnection connection;
    private final Path work;
    private final Map<Member, ServedProcess> processes = new HashMap<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Thread killer = Thread.ofPlatform().unstarted(this::killAll);
    private int starts;

    UpgradeFleet(Class<?> command, KafkaConnection connection, Path work) {
        this.command = command;
        this.connection = connection;
        this.work = work;
        // Ctrl-C ends this process without closing anything.
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /**
     * One process of a service.
     *
     * @param port where it always listens
     * @param directory its own folder
     * @param arguments further ones that it always has
     */
    record Member(String service, int number, int port, Path directory, List<String> arguments) {

        URI url() {
            return URI.create("http://127.0.0.1:" + port);
        }

        @Override
        public String toString() {
            return service + "-" + number;
        }
    }

    /**
     * A member that was stopped and started again.
     *
     * @param stopSeconds from SIGTERM to its end
     * @param startSeconds from its start until it was ready
     * @param exitCode 143 if it ended as it was told to, -1 if it had to be killed
     */
    record Rolled(String member, double stopSeconds, double startSeconds, int exitCode) {

        private static final int ENDED_BY_SIGTERM = 143;

        boolean isGraceful() {
            return exitCode == ENDED_BY_SIGTERM;
        }
    }

    /** A further process of a service, which is not started yet. */
    Member member(String service, int number, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--payloads", work.resolve("payloads").toString()));
        // The version that was replaced is compared in the end, too.
        all.addAll(List.of("--grace", LONGER_THAN_ANY_RUN.toString()));
        return new Member(service, number, Ports.free(), work.resolve(service + "-" + number), all);
    }

    /** Starts a process, and does not wait for it. */
    void start(Member member, List<String> more) throws IOException {
        List<String> arguments = new ArrayList<>(member.arguments);
        arguments.addAll(more);
        starts++;
        Path output = work.resolve(member + "-start-" + starts + ".out");
        synchronized (processes) {
            processes.put(
                    member,
                    ServedProcess.start(
                            command, member.service, connection, member.directory, output, member.port, arguments));
        }
    }

    /**
     * Waits until it takes requests.
     *
     * @throws IllegalStateException if it ends, or takes too long
     */
    void awaitReady(Member member) throws InterruptedException {
        ServedProcess process = get(member);
        long latest = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!process.isReady() || !isReady(member)) {
            if (!process.isAlive() || System.nanoTime() > latest) {
                throw new IllegalStateException(
                        member + " did not become ready; what it printed is in " + work + "/" + member + "-start-*");
            }
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    /** SIGTERM, and when it has ended a start with further arguments; returns when it is ready again. */
    Rolled roll(Member member, List<String> more) throws IOException, InterruptedException {
        ServedProcess old = get(member);
        long stop = System.nanoTime();
        old.terminate();
        int exitCode = old.awaitExit(TERMINATION_GRACE);
        long start = System.nanoTime();
        start(member, more);
        awaitReady(member);
        return new Rolled(member.toString(), (start - stop) / 1e9, (System.nanoTime() - start) / 1e9, exitCode);
    }

    @Override
    public void close() {
        killAll();
        client.close();
        Runtime.getRuntime().removeShutdownHook(killer);
    }

    private ServedProcess get(Member member) {
        ServedProcess process = processes.get(member);
        if (process == null) {
            throw new IllegalStateException(member + " was not started");
        }
        return process;
    }

    /** A service without that route is ready when it says that it listens; an indexer when a version answers, too. */
    private boolean isReady(Member member) throws InterruptedException {
        int ready = status(member, "/v1/health/ready");
        return (ready == 200 || ready == 404) && (!member.service.equals("indexer") || answers(member));
    }

    private boolean answers(Member member) throws InterruptedException {
        try {
            String status = client.send(request(member, "/v1/status"), HttpResponse.BodyHandlers.ofString())
                    .body();
            return status.contains("\"active\":\"") && status.contains("\"building\":{}");
        } catch (IOException e) {
            return false;
        }
    }

    private int status(Member member, String path) throws InterruptedException {
        try {
            return client.send(request(member, path), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            return -1;
        }
    }

    private static HttpRequest request(Member member, String path) {
        return HttpRequest.newBuilder(member.url().resolve(path))
                .timeout(ANSWER)
                .build();
    }

    private void killAll() {
        synchronized (processes) {
            processes.values().forEach(ServedProcess::kill);
        }
    }
}
