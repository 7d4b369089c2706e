package io.sightline.indexer.embeddingmap;

import io.sightline.indexer.store.VectorStore;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps of indexes, computed in the background one after the other, and kept. One that is out of date is shown until it has been
 * computed again. Thread-safe.
 *
 * <p>On failure: a map that could not be computed says so, and is tried again when it is asked for later.
 */
public final class EmbeddingMaps implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingMaps.class);
    private static final int MOST_KEPT = 8;
    private static final Duration OLD = Duration.ofMinutes(5);
    /** Images more or less, as a share of all, with which a map is out of date at once. */
    private static final double MANY = 0.1;

    private final Clock clock;
    private final Map<Key, MapJob> jobs = new LinkedHashMap<>(MOST_KEPT, 0.75f, true);
    private final ExecutorService thread;
    private volatile boolean closed;

    /** Nothing is computed before it is asked for. */
    @SuppressWarnings(
            "ThreadPriorityCheck") // A picture may wait; where priorities are ignored, it only takes its share.
    public EmbeddingMaps(Clock clock) {
        this.clock = clock;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("embedding-map").factory());
    }

    private record Key(String version, int sample) {}

    /** The map of a store; begun if there is none, or if it is out of date. */
    synchronized MapJob of(VectorStore store, int sample) {
        Key key = new Key(store.key().version(), sample);
        MapJob job = jobs.get(key);
        if (job == null || !job.isOf(store)) {
            job = new MapJob(store, sample);
            jobs.put(key, job);
            begin(job);
        } else if (!job.isAtWork() && isOutdated(job, store.count())) {
            job.waiting();
            begin(job);
        }
        jobs.entrySet()
                .removeIf(entry -> jobs.size() > MOST_KEPT && !entry.getKey().equals(key));
        return job;
    }

    private void begin(MapJob job) {
        thread.execute(() -> job.compute(clock, () -> closed));
    }

    private boolean isOutdated(MapJob job, long images) {
        return job.drawn()
                .map(drawn -> {
                    long difference = Math.abs(drawn.images() - images);
                    boolean isOld = drawn.time().plus(OLD).isBefore(clock.instant());
                    return difference > MANY * drawn.images() || (isOld && difference > 0);
                })
                .orElse(true);
    }

    /** Ends what is being computed. */
    @Override
    public void close() {
        closed = true;
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("an embedding map did not stop within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
