package io.sightline.indexer.embeddingmap;

import io.sightline.indexer.store.VectorStore;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Maps of indexes, computed in the background one after the other, and kept. One that is out of date is shown until it has been
 * computed again. There are a few sizes only, and few maps wait at a time, so that whoever asks for many costs no more than
 * one thread and some megabytes. Thread-safe.
 *
 * <p>On failure: a map that could not be computed says so for some seconds, and is tried again when it is asked for later.
 */
public final class EmbeddingMaps implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingMaps.class);
    private static final int MOST_KEPT = 8;
    private static final int MOST_WAITING = 8;
    private static final int[] SAMPLES = {250, 500, 1_000, MapApi.MOST_SAMPLE};
    private static final Duration OLD = Duration.ofMinutes(5);
    /** Images more or less, as a share of all, with which a map is out of date at once. */
    private static final double MANY = 0.1;

    private final Clock clock;
    private final Map<Key, MapJob> jobs = new LinkedHashMap<>(MOST_KEPT, 0.75f, true);
    private final ThreadPoolExecutor thread;
    private volatile boolean closed;

    /** Nothing is computed before it is asked for. */
    public EmbeddingMaps(Clock clock) {
        this.clock = clock;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().name("embedding-map").factory());
    }

    private record Key(String version, int sample) {}

    /** The size of the map that is computed when so many images are asked for: the next one of a few. */
    static int rounded(int sample) {
        for (int size : SAMPLES) {
            if (sample <= size) {
                return size;
            }
        }
        return MapApi.MOST_SAMPLE;
    }

    /**
     * The map of a store; begun if there is none, or if it is out of date. Empty if there is none and too many are waiting to
     * be computed.
     *
     * @param sample one that is {@linkplain #rounded rounded}
     * @param images in the store now
     */
    synchronized Optional<MapJob> of(VectorStore store, int sample, long images) {
        Key key = new Key(store.key().version(), sample);
        MapJob known = jobs.get(key);
        if (known != null && known.isOf(store)) {
            if (!known.isAtWork() && isOutdated(known, images) && !known.hasJustFailed() && hasRoom()) {
                begin(key, known);
            }
            return Optional.of(known);
        }
        if (!hasRoom()) {
            return Optional.empty();
        }
        MapJob job = new MapJob(store, sample);
        jobs.put(key, job);
        begin(key, job);
        // One at work stays, or the next request would begin it a second time.
        jobs.values().removeIf(other -> jobs.size() > MOST_KEPT && !other.isAtWork());
        return Optional.of(job);
    }

    /** Only this object adds to the queue, and one caller at a time. */
    private boolean hasRoom() {
        return !closed && thread.getQueue().remainingCapacity() > 0;
    }

    private void begin(Key key, MapJob job) {
        job.waiting();
        thread.execute(() -> {
            if (isWanted(key, job)) {
                job.compute(clock, () -> closed || !isWanted(key, job));
            }
        });
    }

    /** Not if the index of the version was opened anew meanwhile. */
    private synchronized boolean isWanted(Key key, MapJob job) {
        return jobs.get(key) == job;
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

    /** Shows these images in no map any more, nor in one that is being computed. */
    public synchronized void forget(Set<String> ids) {
        jobs.values().forEach(job -> job.forget(ids));
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
