package io.sightline.indexer.indexing;

import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what is written to a store durable, and only then searchable: no search sees what a crash could take back, so an
 * index that is opened again answers at once, and no answer is older than one from before.
 *
 * <p>The writing thread does both, between two writes: what is shown is what was committed. (A cluster keeps what it has
 * acknowledged, and may show it earlier.) While an index is built nobody reads it, and it is committed now and then. The
 * {@linkplain SearchableMark mark} says what has been shown.
 *
 * <p>{@link #wrote()}, {@link #wrote(StoredImage)}, {@link #reached} and {@link #settleIfDue} are the writing thread's; all
 * else is thread-safe. Tidying up runs beside it; when that fails, nothing is tidied up any more.
 */
final class Settling implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
    private static final Duration LONGEST_END = Duration.ofMinutes(5);

    /** Writes that a store remembers until they are searchable; with this many, they are made so. */
    private static final int MOST_INVISIBLE = 10_000;

    /** Records not read yet, with which nobody waits for the newest write: many small commits make many small segments. */
    static final int FAR_BEHIND = 1_000;

    /** Of an index that is built nobody has seen anything: it is committed that much less often. */
    private static final int BUILDING_PATIENCE = 10;

    /** As long as dead letters: the gates tell an image that could not be embedded from one that is missing by these. */
    private static final Duration DELETIONS_KEPT = Duration.ofDays(14);

    private static final Duration FIRST_PURGE = Duration.ofMinutes(1);
    private static final Duration BETWEEN_PURGES = Duration.ofHours(1);
    private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(5);

    private final VectorStore store;
    private final Map<TopicPartition, Long> required;
    private final SearchableMark mark;
    private final IndexingSettings settings;
    private final Consumer<Throwable> failures;
    private final SearchableListener listener;
    private final IndexTelemetry telemetry;
    private final ScheduledExecutorService threads;
    private final long start = System.nanoTime();
    private List<StoredImage> unannounced = new ArrayList<>();
    private long writes;
    private int invisible;
    private Map<TopicPartition, Long> next = Map.of();
    private Map<TopicPartition, Long> durable;
    private long settledFrom = System.nanoTime();
    private long settledUntil = settledFrom;
    private volatile Map<TopicPartition, Long> searchable = Map.of();
    private volatile long wroteAt = System.nanoTime();
    private volatile boolean ready;
    private volatile boolean seen;
    private volatile boolean failed;

    /**
     * Prepares it; uses, and does not close, the store.
     *
     * @param required what must be searchable before the store is ready
     * @param mark of the store
     * @param failures is told why the store could not be tidied up; why it could not commit is thrown
     * @param listener is told what became searchable after the store was ready
     * @param telemetry of the index
     */
    Settling(
            VectorStore store,
            Map<TopicPartition, Long> required,
            SearchableMark mark,
            IndexingSettings settings,
            Consumer<Throwable> failures,
            SearchableListener listener,
            IndexTelemetry telemetry) {
        this.telemetry = telemetry;
        this.store = store;
        this.durable = store.committedOffsets();
        this.required = Map.copyOf(required);
        this.mark = mark;
        this.settings = settings;
        this.failures = failures;
        this.listener = listener;
        this.threads = Executors.newScheduledThreadPool(
                3,
                Thread.ofPlatform()
                        .name("index-settle-" + store.key().version() + "-", 0)
                        .factory());
    }

    /** Starts to tidy up, to purge and to count; none waits for another. */
    void start() {
        repeat(
                () -> store.rest(Duration.ofNanos(System.nanoTime() - wroteAt)),
                settings.commitInterval(),
                settings.commitInterval());
        repeat(() -> store.purge(DELETIONS_KEPT), FIRST_PURGE, BETWEEN_PURGES);
        repeat(this::count, Duration.ZERO, BETWEEN_COUNTS);
    }

    /** Beside all else, since a cluster has to be asked. A meter is no reason to stop an index: it is counted again. */
    private void count() {
        try {
            telemetry.images(store.count());
        } catch (RuntimeException e) {
            LOG.debug("the images of {} cannot be counted now: {}", store.key().version(), e.toString());
        }
    }

    /** Something was written. */
    void wrote() {
        writes++;
        invisible++;
        wroteAt = System.nanoTime();
    }

    /** This image was written, and is announced once it is searchable. */
    void wrote(StoredImage image) {
        unannounced.add(image);
        wrote();
    }

    /** Everything below these offsets was written. */
    void reached(Map<TopicPartition, Long> offsets) {
        next = Map.copyOf(offsets);
    }

    /**
     * Commits and shows what was written, if it is time for that, if much was, or if the store is ready with it.
     *
     * @param behind records that are not read yet
     */
    void settleIfDue(long behind) {
        boolean isComplete = !ready && covers(next, required);
        if (isComplete || invisible >= MOST_INVISIBLE || isTime(behind)) {
            settle();
        }
        if (isComplete) {
            if (seen) {
                mark.write(next);
            }
            ready = true;
            LOG.info(
                    "the index of {} answers, {} ms after it was opened, with {} writes since",
                    store.key().version(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    writes);
        }
    }

    /** Whether everything below the given offsets is searchable. */
    boolean hasReached(Map<TopicPartition, Long> offsets) {
        return covers(searchable, offsets);
    }

    /** Whether everything that is required is searchable, or once was. */
    boolean isReady() {
        return ready;
    }

    /**
     * Searches see the store from now on. Before, there is no need for a mark: one that is opened again while it is filled
     * has to be full before it answers, since its version may have become the active one meanwhile.
     */
    void seen() {
        seen = true;
    }

    /** How much of what is required is searchable, 0 to 1. */
    double progress() {
        Map<TopicPartition, Long> now = searchable;
        long all = required.values().stream().mapToLong(Long::longValue).sum();
        long done = required.entrySet().stream()
                .mapToLong(end -> Math.min(end.getValue(), now.getOrDefault(end.getKey(), 0L)))
                .sum();
        return all == 0 ? 1 : (double) done / all;
    }

    /** Ends the threads; commits what was written, unless something failed. Nothing may be written any more. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(LONGEST_END.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the index of {} is still being tidied up", store.key().version());
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (!failed) {
            commit();
        }
    }

    /** Every interval, from beginning to beginning; on a slow disk two thirds of the time at most. */
    private boolean isTime(long behind) {
        long now = System.nanoTime();
        return now - settledFrom >= interval(behind).toNanos()
                && 2 * (now - settledUntil) >= settledUntil - settledFrom;
    }

    private Duration interval(long behind) {
        if (!ready) {
            return settings.commitInterval().multipliedBy(BUILDING_PATIENCE);
        }
        boolean nobodyWaits = behind >= FAR_BEHIND || !isNews();
        return nobodyWaits ? settings.commitInterval() : settings.refreshInterval();
    }

    private boolean isNews() {
        return invisible > 0 || !next.equals(durable);
    }

    private void settle() {
        settledFrom = System.nanoTime();
        try {
            commit();
            if (ready && seen) {
                mark.write(next);
            }
            // Also where nothing was written: for what was merged or erased meanwhile.
            store.refresh();
        } catch (RuntimeException | Error e) {
            failed = true;
            throw e;
        }
        searchable = next;
        invisible = 0;
        settledUntil = System.nanoTime();
        telemetry.committed(Duration.ofNanos(settledUntil - settledFrom));
        List<StoredImage> visible = unannounced;
        unannounced = new ArrayList<>();
        if (ready && !visible.isEmpty()) {
            listener.searchable(visible);
        }
    }

    private void commit() {
        // Before the partitions are assigned there are no offsets, and a commit without would forget the old ones.
        if (!next.isEmpty() && isNews()) {
            store.commit(next);
            durable = next;
        }
    }

    private void repeat(Runnable action, Duration first, Duration between) {
        threads.scheduleWithFixedDelay(
                () -> unlessFailed(action), first.toMillis(), between.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void unlessFailed(Runnable action) {
        if (!failed) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                failed = true;
                failures.accept(e);
            }
        }
    }

    private static boolean covers(Map<TopicPartition, Long> reached, Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream().allMatch(end -> reached.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }
}
