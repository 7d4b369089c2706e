package io.sightline.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.cli.SightlineCommand;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the whole stack in mid-stream, at random moments, and a restart on the same folder each time: every
 * image exactly once in the active index, no version lost, training resumed, no process left behind.
 *
 * <p>-Dsightline.kills says how often (2 by default), -Dsightline.seed when.
 */
@Tag("slow")
class CrashRecoveryIT {

    private static final int KILLS = Integer.getInteger("sightline.kills", 2);
    private static final long SEED = Long.getLong("sightline.seed", System.nanoTime());
    private static final int IMAGES_PER_ROUND = 200;

    @TempDir
    Path directory;

    @Test
    void shouldLoseNothingAndDoNothingTwiceHoweverOftenItIsKilled() throws Exception {
        System.out.println("kills " + KILLS + ", seed " + SEED);
        Random random = new Random(SEED);
        List<DatasetImage> all = Drawings.of(20, (KILLS + 1) * IMAGES_PER_ROUND / 20);
        Path data = directory.resolve("data");
        TreeSet<String> versions = new TreeSet<>();
        long steps = 0;

        for (int kill = 0; kill < KILLS; kill++) {
            List<DatasetImage> part = part(all, kill);
            try (SightlineProcess up = up(data, kill)) {
                Thread load = Thread.ofPlatform().start(() -> loadQuietly(data, part));
                // From the first image to well into training and back-fill.
                TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(9_000));
                versions.addAll(versions(data));
                steps = Math.max(steps, steps(data));
                List<ProcessHandle> children = up.handle().descendants().toList();
                up.kill();
                load.join();
                await("no process is left behind")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
            }
        }

        try (SightlineProcess up = up(data, KILLS)) {
            BulkLoader.Report report = load(data, all);
            assertThat(report.refused()).isEmpty();
            assertThat(report.sent() + report.unchanged()).isEqualTo(all.size());
            awaitFor(up, data, "all images", () -> countOfActive(data) == all.size());
            // The new labels start a new round, on top of what was trained before the kills.
            long before = steps;
            awaitFor(up, data, "training that goes on", () -> steps(data) > before);
            assertThat(versions(data)).containsAll(versions);

            assertThat(SightlineCommand.execute(
                            "check", "--dir", data.toString(), "--wait", "PT60S", "--sample", "100"))
                    .isZero();
            assertThat(up.terminate()).isEqualTo(143);
        }
        assertThat(SightlineCommand.execute("check", "--dir", data.toString())).isZero();
    }

    private static void awaitFor(SightlineProcess up, Path data, String what, Callable<Boolean> condition)
            throws IOException {
        try (SearchClient client =
                new SearchClient(addresses(data).orElseThrow().search())) {
            Waits.until(what + " with seed " + SEED, Waits.ROUNDS, client, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; " + up.troubles(), e);
        }
    }

    private SightlineProcess up(Path data, int round) throws Exception {
        String[] arguments = {
            "up",
            "--dir",
            data.toString(),
            "--kafka-port",
            "0",
            "--registry-port",
            "0",
            "--ingest-port",
            "0",
            "--trainer-port",
            "0",
            "--search-port",
            "0",
            "--images",
            "drawing",
            "--widths",
            "8,16",
            "--dimensions",
            "16",
            "--round-steps",
            "100",
            "--min-interval",
            "PT0S"
        };
        return SightlineProcess.start(directory.resolve("up-" + round + ".out"), arguments)
                .awaitReady();
    }

    private static List<DatasetImage> part(List<DatasetImage> all, int round) {
        List<DatasetImage> part = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i % (KILLS + 1) == round) {
                part.add(all.get(i));
            }
        }
        return part;
    }

    private static void loadQuietly(Path data, List<DatasetImage> images) {
        try {
            load(data, images);
        } catch (Exception e) {
            System.out.println("the load was cut off: " + e);
        }
    }

    private static BulkLoader.Report load(Path data, List<DatasetImage> images) throws Exception {
        try (BulkLoader loader =
                new BulkLoader(URI.create(addresses(data).orElseThrow().ingest()), 4)) {
            return loader.load(images, LabelPolicy.ALL, () -> {});
        }
    }

    private static Optional<DataDirectory.Addresses> addresses(Path data) {
        return DataDirectory.running(data);
    }

    private static List<String> versions(Path data) throws Exception {
        List<String> versions = new ArrayList<>();
        models(data).forEach(model -> versions.add(model.path("version").asText()));
        return versions;
    }

    /** Steps behind the newest version. */
    private static long steps(Path data) throws Exception {
        long steps = 0;
        for (JsonNode model : models(data)) {
            steps = Math.max(steps, model.path("steps").asLong());
        }
        return steps;
    }

    private static JsonNode models(Path data) throws Exception {
        try (SearchClient client =
                new SearchClient(addresses(data).orElseThrow().search())) {
            return client.get("/v1/models");
        }
    }

    private static long countOfActive(Path data) throws Exception {
        try (SearchClient client =
                new SearchClient(addresses(data).orElseThrow().search())) {
            JsonNode status = client.get("/v1/status");
            return status.path("images").path(status.path("active").asText("")).asLong();
        }
    }
}
