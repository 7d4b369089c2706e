package io.sightline.indexer.indexing;

import io.sightline.indexer.store.StoredImage;
import io.sightline.indexer.store.VectorStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what is written to a store searchable and durable, on threads beside the one that writes: a commit waits for the
 * disk, and no write is to stay invisible for that. Both take the offsets before they begin, so what the offsets stand for
 * is in. While an index is built nobody reads it, and it is refreshed by the number of writes alone, by the writer. Once it
 * is read, its {@linkplain SearchableMark mark} covers what is about to be written.
 *
 * <p>While it is far behind nobody waits for the newest write, and a kill is likely, as one restart follows another. So the
 * writer itself commits now and then, and shows only what was committed: such an index has nothing to read again before it
 * answers.
 *
 * <p>{@link #willReach}, {@link #wrote()}, {@link #wrote(StoredImage)}, {@link #reached} and {@link #settleIfDue} are the
 * writing thread's; all else is thread-safe. When one of its threads fails, nothing is refreshed or committed any more.
 */
final class Settling implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
    private static final Duration LONGEST_END = Duration.ofMinutes(5);

    /** Writes that are remembered until they are searchable; with this many, the writing thread waits for that. */
    private static final int MOST_INVISIBLE = 10_000;

    /** Records not read yet, with which it is far behind: a second of work for a JVM that has just started. */
    static final int FAR_BEHIND = 1_000;

    /** It is until no more than this part of that is left. */
    private static final int CAUGHT_UP = 4;

    /** Writes that are not on disk, with which they are committed before it is time. */
    private static final int MANY_UNCOMMITTED = 250;

    /** With so many the writing thread waits for the disk: a kill leaves no more to read again. */
    private static final int MOST_UNCOMMITTED = 1_000;

    private static final Duration LONGEST_LOOK = Duration.ofMillis(100);

    /** Of an index that is built nobody has seen anything: many small commits would make many small segments. */
    private static final int BUILDING_PATIENCE = 10;

    /** As long as dead letters: the gates tell an image that could not be embedded from one that is missing by these. */
    private static final Duration DELETIONS_KEPT = Duration.ofDays(14);

    private static final Duration FIRST_PURGE = Duration.ofMinutes(1);
    private static final Duration BETWEEN_PURGES = Duration.ofHours(1);

    private final VectorStore store;
    private final Map<TopicPartition, Long> required;
    private final SearchableMark mark;
    private final IndexingSettings settings;
    private final Consumer<Throwable> failures;
    private final SearchableListener listener;
    private final Queue<StoredImage> unannounced = new ConcurrentLinkedQueue<>();
    private final ScheduledExecutorService threads;
    /** Not this object's: a refresh does not wait for the disk. */
    private final Lock committing = new ReentrantLock();

    private final Lock resting = new ReentrantLock();

    private final AtomicInteger invisible = new AtomicInteger();
    private volatile Map<TopicPartition, Long> next = Map.of();
    private volatile Map<TopicPartition, Long> searchable = Map.of();
    private final boolean builtAnew;
    private final long start = System.nanoTime();
    private Map<TopicPartition, Long> durable;
    private final AtomicLong writes = new AtomicLong();
    private volatile long writesCommitted;
    private volatile long lastCommit = System.nanoTime();
    private volatile boolean isFarBehind;
    private volatile long lastWrite = System.nanoTime();
    private volatile boolean ready;
    private volatile boolean failed;

    /**
     * Prepares it; uses, and does not close, the store.
     *
     * @param required what must be searchable before the store is ready
     * @param mark of the store
     * @param failures is told why a refresh or commit failed
     * @param listener is told what became searchable after the store was ready
     */
    Settling(
            VectorStore store,
            Map<TopicPartition, Long> required,
            SearchableMark mark,
            IndexingSettings settings,
            Consumer<Throwable> failures,
            SearchableListener listener) {
        this.store = store;
        this.durable = store.committedOffsets();
        this.builtAnew = durable.isEmpty();
        this.required = Map.copyOf(required);
        this.mark = mark;
        this.settings = settings;
        this.failures = failures;
        this.listener = listener;
        this.threads = Executors.newScheduledThreadPool(
                4,
                Thread.ofPlatform()
                        .name("index-settle-" + store.key().version() + "-", 0)
                        .factory());
    }

    /** Starts to refresh, to commit, to tidy up and to purge; none waits for another. */
    void start() {
        // At a fixed rate: how long a refresh takes is not to be waited for twice.
        long refreshMillis = settings.refreshInterval().toMillis();
        threads.scheduleAtFixedRate(
                () -> unlessFailed(this::refreshIfReady), refreshMillis, refreshMillis, TimeUnit.MILLISECONDS);
        Duration look =
                settings.commitInterval().compareTo(LONGEST_LOOK) < 0 ? settings.commitInterval() : LONGEST_LOOK;
        repeat(this::commitIfDue, look, look);
        repeat(this::rest, settings.commitInterval(), settings.commitInterval());
        repeat(() -> store.purge(DELETIONS_KEPT), FIRST_PURGE, BETWEEN_PURGES);
    }

    /**
     * Everything below these offsets is about to be written.
     *
     * @param behind records that are not read yet
     */
    void willReach(Map<TopicPartition, Long> offsets, long behind) {
        if (ready) {
            // Not to and fro: what it catches up with last would all be written within one commit's time.
            setFarBehind(behind >= (isFarBehind ? FAR_BEHIND / CAUGHT_UP : FAR_BEHIND));
            if (!isFarBehind) {
                mark.cover(offsets);
            }
        }
    }

    /** Once it is far behind, nothing is under way that shows what is written; all that was, is on disk when it is not. */
    private void setFarBehind(boolean far) {
        if (!far) {
            if (isFarBehind) {
                commit();
                isFarBehind = false;
            }
        } else if (!isFarBehind && resting.tryLock()) {
            try {
                synchronized (this) {
                    isFarBehind = true;
                }
            } finally {
                resting.unlock();
            }
        }
    }

    /** Something was written. */
    void wrote() {
        writes.incrementAndGet();
        invisible.incrementAndGet();
        lastWrite = System.nanoTime();
    }

    /** This image was written, and is announced once it is searchable. */
    void wrote(StoredImage image) {
        unannounced.add(image);
        wrote();
    }

    /** Everything below these offsets was written. */
    void reached(Map<TopicPartition, Long> offsets) {
        if (!offsets.equals(next)) {
            next = Map.copyOf(offsets);
        }
    }

    /** Refreshes at once if much is invisible, or if the store is ready with that; commits first if it is far behind. */
    void settleIfDue() {
        boolean much = invisible.get() >= MOST_INVISIBLE;
        if (isFarBehind) {
            if (much || isTimeToCommit()) {
                commit();
                if (next.equals(searchable)) {
                    // For what was merged or erased meanwhile.
                    store.refresh();
                } else {
                    refresh();
                }
                mark.limit(next);
            }
            return;
        }
        if (much || (!ready && covers(next, required))) {
            refresh();
        }
        if (ready && uncommitted() >= MOST_UNCOMMITTED) {
            commit();
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

    /** It must hold everything of a partition below that, before it is ready. */
    long required(TopicPartition partition) {
        return required.getOrDefault(partition, 0L);
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
                LOG.warn(
                        "the index of {} is still being written to disk",
                        store.key().version());
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

    private void repeat(Runnable action, Duration first, Duration between) {
        threads.scheduleWithFixedDelay(
                () -> unlessFailed(action), first.toMillis(), between.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void unlessFailed(Runnable action) {
        if (!failed) {
            attempt(action);
        }
    }

    private void attempt(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            failed = true;
            failures.accept(e);
        }
    }

    private synchronized void refreshIfReady() {
        if (ready && !isFarBehind) {
            refresh();
        }
    }

    private synchronized void refresh() {
        Map<TopicPartition, Long> written = next;
        if (!written.equals(searchable)) {
            invisible.set(0);
            List<StoredImage> visible = takeUnannounced();
            store.refresh();
            searchable = written;
            if (ready && !visible.isEmpty()) {
                listener.searchable(visible);
            }
        }
        if (!ready && covers(written, required)) {
            // The writing thread is here, so nothing beyond is written yet.
            if (builtAnew) {
                // Killed at once, an index that was built anew would be built anew once more.
                commit();
            }
            mark.cover(written);
            ready = true;
            LOG.info(
                    "the index of {} answers, {} ms after it was opened, with {} writes since",
                    store.key().version(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    writes.get());
        }
    }

    /** Before a refresh: all of these are written by then. */
    private List<StoredImage> takeUnannounced() {
        List<StoredImage> images = new ArrayList<>();
        for (StoredImage image = unannounced.poll(); image != null; image = unannounced.poll()) {
            images.add(image);
        }
        return images;
    }

    private void commitIfDue() {
        boolean isMuch = ready && uncommitted() >= MANY_UNCOMMITTED;
        if (!isFarBehind && (isMuch || isTimeToCommit())) {
            commit();
        }
    }

    private long uncommitted() {
        return writes.get() - writesCommitted;
    }

    private boolean isTimeToCommit() {
        long interval = settings.commitInterval().toNanos();
        return System.nanoTime() - lastCommit >= (builtAnew && !ready ? BUILDING_PATIENCE * interval : interval);
    }

    /** Tidying up shows what was written, and may take long. */
    private void rest() {
        resting.lock();
        try {
            if (!isFarBehind) {
                store.rest(Duration.ofNanos(System.nanoTime() - lastWrite));
            }
        } finally {
            resting.unlock();
        }
    }

    private void commit() {
        committing.lock();
        try {
            long before = writes.get();
            Map<TopicPartition, Long> written = next;
            // Before the partitions are assigned there are no offsets, and a commit without would forget the old ones.
            if (!written.isEmpty() && (!written.equals(durable) || before != writesCommitted)) {
                store.commit(written);
                durable = written;
                writesCommitted = before;
            }
            lastCommit = System.nanoTime();
        } finally {
            committing.unlock();
        }
    }

    private static boolean covers(Map<TopicPartition, Long> reached, Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream().allMatch(end -> reached.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }
}
