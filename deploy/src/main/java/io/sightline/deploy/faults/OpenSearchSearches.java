package io.sightline.deploy.faults;

import io.sightline.indexer.store.NearestQuery;
import io.sightline.indexer.store.StoreException;
import io.sightline.indexer.store.VectorStore;
import java.util.concurrent.TimeUnit;

/** Searches one after the other, each tried once, and notes which were not answered. Close it once. */
final class OpenSearchSearches implements AutoCloseable {

    private static final int NEIGHBOURS = 10;
    private static final int CANDIDATES = 50;
    private static final long BETWEEN_MILLIS = 5;

    private final VectorStore store;
    private final Thread thread;
    private volatile boolean stopped;
    private long answered;
    private long failed;
    private long lastAnswer = System.nanoTime();
    private long lastFailure;
    private long longestSilence;
    private String lastReason = "";

    /** Starts. */
    OpenSearchSearches(VectorStore store, long seed) {
        this.store = store;
        this.thread = Thread.ofPlatform().name("searches").start(() -> run(seed));
    }

    private void run(long seed) {
        for (long number = seed; !stopped; number++) {
            try {
                boolean isFull = store.nearest(NearestQuery.of(OpenSearchWrites.vector(number), NEIGHBOURS, CANDIDATES))
                                .size()
                        == NEIGHBOURS;
                note(isFull ? "" : "fewer neighbours than there are");
                TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
            } catch (StoreException e) {
                note(String.valueOf(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private synchronized void note(String reason) {
        long now = System.nanoTime();
        if (reason.isEmpty()) {
            answered++;
            longestSilence = Math.max(longestSilence, now - lastAnswer);
            lastAnswer = now;
        } else {
            failed++;
            lastFailure = now;
            lastReason = reason;
        }
    }

    /** Forgets what was before. */
    synchronized void reset() {
        answered = 0;
        failed = 0;
        lastFailure = 0;
        longestSilence = 0;
        lastAnswer = System.nanoTime();
    }

    /**
     * What was noted.
     *
     * @param answered searches
     * @param failed searches, or that found too little
     * @param resumedSeconds from a moment to the last that failed, 0 if none did
     * @param longestSilenceSeconds between two answers
     * @param lastReason why the last one failed, empty if none did
     */
    record Summary(
            long answered, long failed, double resumedSeconds, double longestSilenceSeconds, String lastReason) {}

    /** What was noted, from a moment of {@link System#nanoTime}. */
    synchronized Summary summary(long since) {
        double resumed = lastFailure == 0 ? 0 : (lastFailure - since) / 1e9;
        return new Summary(answered, failed, resumed, longestSilence / 1e9, lastReason);
    }

    /** Whether the last search was answered. */
    synchronized boolean areAnswered() {
        return lastAnswer > lastFailure;
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
