package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sightline.deploy.check.CheckReport;
import io.sightline.deploy.check.ConsistencyCheck;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.testing.TestImages;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promise: versions change under a client that never stops searching, and it never notices. */
class SwapUnderSearchIT {

    private static final int SWAPS = 3;

    @TempDir
    Path directory;

    @Test
    void shouldAnswerEverySearchFromOneVersionWhileVersionsFollowEachOther() throws Exception {
        StackSettings settings = Stacks.quick(directory);
        List<DatasetImage> images = Drawings.of(12, 10);
        ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
        Set<String> versions = new ConcurrentSkipListSet<>();
        AtomicInteger answers = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();

        try (Stack stack = Stack.start(settings, what -> {});
                SearchClient client = new SearchClient(stack.searchUrl());
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 4)) {
            loader.load(images, LabelPolicy.ALL, () -> {});
            awaitSearchable(client, images.size());
            List<Thread> searchers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int seed = i;
                searchers.add(Thread.ofVirtual().start(() -> {
                    while (!done.get()) {
                        searchOnce(client, answers.incrementAndGet() + seed, versions, problems);
                    }
                }));
            }
            Waits.until("swaps", Waits.ROUNDS, client, () -> versions.size() > SWAPS);
            done.set(true);
            for (Thread searcher : searchers) {
                searcher.join();
            }

            assertThat(problems).isEmpty();
            assertThat(answers.get()).isGreaterThan(100);
            CheckReport report = check(stack, settings);
            assertThat(report.isClean()).as(report.toString()).isTrue();
            assertThat(report.indexed()).isEqualTo(images.size());
        }
    }

    @Test
    void shouldGoBackToTheVersionBeforeWithinItsGrace() throws Exception {
        // No further version while this one goes back.
        StackSettings settings = Stacks.quick(directory, draft -> draft.minInterval = Duration.ofSeconds(10));
        List<DatasetImage> images = Drawings.of(8, 6);
        try (Stack stack = Stack.start(settings, what -> {});
                SearchClient client = new SearchClient(stack.searchUrl());
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 4)) {
            loader.load(images, LabelPolicy.ALL, () -> {});
            Waits.until("v2", client, () -> active(client).compareTo("v2") >= 0);
            String before = active(client);

            String after = client.post("/v1/models:rollback").path("version").asText();

            assertThat(after).isNotEqualTo(before);
            Set<String> answered = new TreeSet<>();
            await().until(() -> {
                answered.add(client.search(TestImages.png(40, 40, 1), 1, Map.of(), "")
                        .version());
                return answered.contains(after);
            });
        }
    }

    private static void searchOnce(
            SearchClient client, int seed, Set<String> versions, ConcurrentLinkedQueue<String> problems) {
        try {
            SearchClient.Answer answer = client.search(TestImages.png(40, 40, seed % 50), 10, Map.of(), "");
            versions.add(answer.version());
            if (answer.neighbours().size() != 10) {
                problems.add(answer.version() + " gave " + answer.neighbours().size() + " neighbours");
            }
            for (SearchClient.Neighbour neighbour : answer.neighbours()) {
                if (!neighbour.version().equals(answer.version())) {
                    problems.add(answer.version() + " answered with a hit of " + neighbour.version());
                }
            }
        } catch (Exception e) {
            problems.add(e.toString());
        }
    }

    private static String active(SearchClient client) throws Exception {
        JsonNode active = client.get("/v1/status").path("active");
        return active.isTextual() ? active.asText() : "";
    }

    private static void awaitSearchable(SearchClient client, int images) {
        Waits.until(images + " images", client, () -> {
            String active = active(client);
            return !active.isEmpty()
                    && client.get("/v1/status").path("images").path(active).asInt() == images;
        });
    }

    private static CheckReport check(Stack stack, StackSettings settings) {
        ConsistencyCheck check = new ConsistencyCheck(
                stack.connection(),
                DataDirectory.indexes(settings.directory()),
                settings.payloads().openReader(),
                50);
        // A version whose grace ends is removed under the check.
        return await().ignoreExceptions().pollInterval(Duration.ofSeconds(1)).until(check::run, CheckReport::isClean);
    }
}
