package io.sightline.deploy.demo;

import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Ports;
import io.sightline.deploy.stack.Stack;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A few drawings through the whole line: sent, learnt from, embedded, indexed and searched for, twice on the same folder.
 * A JVM that writes down which classes it loaded has seen then what the services need, at their start above all.
 */
public final class Rehearsal {

    private static final ProceduralGallery GALLERY = new ProceduralGallery(12, 12, 7);
    private static final int STEPS = 5;
    private static final int K = 5;
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final StackSettings settings;

    /** @param directory an empty one */
    public Rehearsal(Path directory) {
        this.settings = new StackSettings(
                directory,
                Ports.FREE,
                PayloadSettings.at(DataDirectory.payloads(directory).toString()),
                LaneSettings.DEFAULT,
                new ConvNet(Preprocessing.DRAWING, List.of(8, 16), 16),
                TrainingSettings.defaults(Augmentation.DRAWING, 1),
                RoundSettings.DEFAULT.with(draft -> {
                    draft.steps = STEPS;
                    draft.minClasses = 2;
                    draft.settle = Duration.ofMillis(500);
                    draft.minInterval = Duration.ofHours(1);
                    draft.replayBytes = 64L * 1024 * 1024;
                }),
                RolloutSettings.DEFAULT);
    }

    /**
     * Runs it.
     *
     * @throws IllegalStateException if no search finds anything within minutes
     */
    public void run() throws IOException, InterruptedException {
        List<DatasetImage> images = GALLERY.images();
        byte[] query = images.getFirst().content().read();
        try (Stack stack = Stack.start(settings, what -> {});
                BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 2)) {
            loader.load(images, LabelPolicy.ALL, () -> {});
            awaitAnswer(stack, query);
        }
        // The second time the index and the lanes' state are there.
        try (Stack stack = Stack.start(settings, what -> {})) {
            awaitAnswer(stack, query);
        }
    }

    private static void awaitAnswer(Stack stack, byte[] query) throws IOException, InterruptedException {
        long latest = System.nanoTime() + LONGEST.toNanos();
        try (SearchClient client = new SearchClient(stack.searchUrl())) {
            while (!finds(client, query)) {
                if (System.nanoTime() > latest) {
                    throw new IllegalStateException("no search of the rehearsal found anything within "
                            + LONGEST.toMinutes() + " minutes; services start without an archive of classes as well");
                }
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        }
    }

    /** Searches are refused until the first version is active. */
    private static boolean finds(SearchClient client, byte[] query) throws IOException, InterruptedException {
        try {
            return !client.search(query, K, Map.of(), "").neighbours().isEmpty();
        } catch (SearchClient.RefusedException e) {
            return false;
        }
    }
}
