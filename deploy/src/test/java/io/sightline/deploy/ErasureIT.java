package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.check.ErasureCheck;
import io.sightline.deploy.check.TopicScan;
import io.sightline.deploy.cli.SightlineCommand;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.indexer.store.Erased;
import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.lucene.IndexScan;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import io.sightline.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images are deleted while versions are trained, back-fill and become active: afterwards no store has any of them. */
@Tag("slow")
class ErasureIT {

    private static final int CLASSES = 12;
    private static final int EACH = 12;
    private static final int SWAPS = 1;
    private static final long BETWEEN_DELETIONS_MILLIS = 150;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void shouldLeaveNothingOfWhatIsDeletedDuringTrainingBackFillAndSwaps() throws Exception {
        StackSettings settings = settings();
        List<DatasetImage> images = Drawings.of(CLASSES, EACH);
        Set<String> moments = new LinkedHashSet<>();
        List<String> deleted = new ArrayList<>();

        try (Stack stack = Stack.start(settings, what -> {});
                SearchClient client = new SearchClient(stack.searchUrl());
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 4)) {
            loader.load(images, LabelPolicy.ALL, () -> {});
            Waits.until("an active version", client, () -> !active(client).isEmpty());
            makePayloadsOld();
            await("map").ignoreExceptions().until(() -> !mapped(client).isEmpty());
            Set<String> actives = new HashSet<>();
            long end = System.nanoTime() + Waits.ROUNDS.toNanos();
            while (actives.size() <= SWAPS || !moments.containsAll(Set.of("training", "STAGED"))) {
                assertThat(System.nanoTime()).as("deleted during " + moments).isLessThan(end);
                actives.add(active(client));
                moments.add(stack.trainer().status().phase());
                client.get("/v1/models")
                        .forEach(model -> moments.add(model.path("status").asText()));
                if (deleted.size() < images.size() / 2) {
                    String id = images.get(2 * deleted.size()).id();
                    delete(stack, id);
                    deleted.add(id);
                }
                TimeUnit.MILLISECONDS.sleep(BETWEEN_DELETIONS_MILLIS);
            }

            for (String id : deleted) {
                await(id).until(() -> erasure(client, id).path("state").asText().equals("ERASED"));
            }
            assertEachPlaceHasSaidWhen(erasure(client, deleted.getFirst()));
            assertNoMapShows(client, deleted);
            ErasureCheck check = new ErasureCheck(
                    stack.connection(),
                    DataDirectory.indexes(directory),
                    settings.payloads().openStore(),
                    Clock.systemUTC());
            for (String id : List.of(deleted.getFirst(), deleted.get(deleted.size() / 2), deleted.getLast())) {
                await(id).ignoreExceptions().until(() -> check.run(id).isErased());
            }
            String last = deleted.getLast();
            await().until(() -> SightlineCommand.execute("erasure", last, "--url", stack.searchUrl()) == 0);
            await().until(() -> SightlineCommand.execute(
                            "check", "--erased", last, "--dir", directory.toString(), "--wait", "PT60S")
                    == 0);
            assertNothingIsLeftInTheFolders(stack, deleted);
            String kept = images.get(1).id();
            assertThatIllegalStateException().isThrownBy(() -> check.run(kept)).withMessageContaining(kept);
            assertThat(deadLettersOf(stack, deleted)).isEmpty();
            // A version whose grace ends is removed under the check.
            CheckReport report = await().ignoreExceptions()
                    .until(
                            () -> new ConsistencyCheck(
                                            stack.connection(),
                                            DataDirectory.indexes(directory),
                                            settings.payloads().openReader(),
                                            10)
                                    .run(),
                            CheckReport::isClean);
            assertThat(report.indexed()).isEqualTo(images.size() - deleted.size());
        }
    }

    /** Everything by reference; versions that leave time to be looked at. */
    private StackSettings settings() {
        return Stacks.quick(directory, draft -> draft.minInterval = Duration.ofSeconds(8))
                .with(PayloadSettings.at(DataDirectory.payloads(directory).toString())
                        .withInlineMaxBytes(0));
    }

    /** Payloads that were put just now are not erased yet. */
    private void makePayloadsOld() throws IOException {
        try (Stream<Path> files = Files.walk(DataDirectory.payloads(directory))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
            }
        }
    }

    private void delete(Stack stack, String id) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(stack.ingestUrl() + "/v1/images/" + id))
                .DELETE()
                .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isLessThan(300);
    }

    private static JsonNode erasure(SearchClient client, String id) throws Exception {
        return client.get("/v1/images/" + id + "/erasure");
    }

    private static void assertNoMapShows(SearchClient client, List<String> deleted) {
        Set<String> shown = await("map").ignoreExceptions().until(() -> mapped(client), map -> !map.isEmpty());
        assertThat(shown).doesNotContainAnyElementsOf(deleted);
    }

    private static Set<String> mapped(SearchClient client) throws Exception {
        Set<String> shown = new HashSet<>();
        client.get("/v1/map?sample=2000")
                .path("points")
                .forEach(point -> shown.add(point.path("id").asText()));
        return shown;
    }

    private static void assertEachPlaceHasSaidWhen(JsonNode erasure) {
        Set<String> places = new HashSet<>();
        for (JsonNode place : erasure.path("places")) {
            places.add(place.path("place").asText().replaceAll("v\\d+", "v"));
            if (place.path("state").asText().equals("ERASED")) {
                assertThat(Instant.parse(place.path("time").asText()))
                        .isAfter(Instant.parse(erasure.path("requestedTime").asText()));
            }
        }
        assertThat(places)
                .contains(
                        "index/v",
                        "index/v/disk",
                        "embedding-maps",
                        "replay-store",
                        "holdout",
                        "vector-cache/v",
                        "payload-cache/embedder",
                        "payload-cache/trainer",
                        "payload-store",
                        "training-reports",
                        "known-images");
    }

    private void assertNothingIsLeftInTheFolders(Stack stack, List<String> deleted) {
        Set<String> there = new HashSet<>();
        TopicScan.forEach(stack.connection(), Topics.IMAGES, record -> there.add(record.key()));
        List<Erased> all = deleted.stream()
                .map(ErasureIT::beforeTheEnd)
                .flatMap(erased -> Stream.of(0, 1, 2, 3).map(partition -> in(erased, partition)))
                .toList();
        Erased kept = there.stream()
                .filter(id -> !deleted.contains(id))
                .map(ErasureIT::beforeTheEnd)
                .findFirst()
                .orElseThrow();
        await().ignoreExceptions().untilAsserted(() -> {
            try (Stream<Path> folders = Files.list(DataDirectory.indexes(directory))) {
                List<Path> indexes = folders.filter(Files::isDirectory).toList();
                assertThat(indexes).isNotEmpty();
                for (Path index : indexes) {
                    assertThat(IndexScan.held(index, all)).isEmpty();
                    // Partitions are tried one after the other: it is in one of them.
                    assertThat(Stream.of(0, 1, 2, 3)
                                    .filter(partition -> !IndexScan.held(index, List.of(in(kept, partition)))
                                            .isEmpty()))
                            .hasSize(1);
                }
            }
        });
    }

    private static Erased beforeTheEnd(String id) {
        return new Erased(id, new StoredImage.Origin(Topics.IMAGES, 0, Long.MAX_VALUE));
    }

    private static Erased in(Erased erased, int partition) {
        return new Erased(erased.id(), new StoredImage.Origin(Topics.IMAGES, partition, Long.MAX_VALUE));
    }

    private static Set<String> deadLettersOf(Stack stack, List<String> ids) {
        Set<String> found = new HashSet<>();
        TopicScan.forEach(stack.connection(), Topics.DEAD_LETTERS, record -> found.add(record.key()));
        found.retainAll(ids);
        return found;
    }

    private static String active(SearchClient client) throws Exception {
        JsonNode active = client.get("/v1/status").path("active");
        return active.isTextual() ? active.asText() : "";
    }
}
