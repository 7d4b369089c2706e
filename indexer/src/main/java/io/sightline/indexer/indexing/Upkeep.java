package io.sightline.indexer.indexing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after indexes in the background: of one version one thing at a time is done, and no version waits for another.
 * Thread-safe.
 *
 * <p>On failure: it is logged, and nothing is begun for that version for some seconds.
 */
final class Upkeep implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration LONGEST_END = Duration.ofSeconds(30);

    private final Clock clock;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final Map<String, Instant> waiting = new ConcurrentHashMap<>();
    private final ExecutorService workers = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().name("index-keep-", 0).factory());

    Upkeep(Clock clock) {
        this.clock = clock;
    }

    /**
     * Begins something, unless something is being done for that version, or went wrong just now. Returns at once.
     *
     * @param what becomes of the index, for the log: opened, removed
     */
    void begin(String version, String what, Runnable action) {
        if (waiting.getOrDefault(version, Instant.MIN).isAfter(clock.instant()) || !busy.add(version)) {
            return;
        }
        try {
            workers.execute(() -> attempt(version, what, action));
        } catch (RejectedExecutionException e) {
            LOG.debug("the index of {} is not {} any more: this is being closed", version, what);
            busy.remove(version);
        }
    }

    private void attempt(String version, String what, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            waitWith(version);
            LOG.warn(
                    "the index of {} cannot be {}, will retry in {} s: {}",
                    version,
                    what,
                    RETRY.toSeconds(),
                    e.toString());
        } finally {
            busy.remove(version);
        }
    }

    /** Begins nothing for a version for some seconds. */
    void waitWith(String version) {
        waiting.put(version, clock.instant().plus(RETRY));
    }

    /** Begins nothing any more, and waits for what was begun, but not for ever. */
    @Override
    public void close() {
        workers.shutdown();
        try {
            if (!workers.awaitTermination(LONGEST_END.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the indexes of {} are still being looked after; they are left as they are", busy);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
