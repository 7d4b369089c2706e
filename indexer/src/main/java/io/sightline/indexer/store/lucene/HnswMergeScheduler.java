package io.sightline.indexer.store.lucene;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.util.ThreadInterruptedException;

/**
 * Merges segments of an index beside writes and searches, on half of the cores, two at least; large merges never have all
 * of these, since a small one should not wait for minutes. Lucene lets surplus merges wait where they write, but those of
 * graphs compute (apache/lucene#14554): on two cores six of them would leave a search a seventh of a core. Thread-safe.
 */
final class HnswMergeScheduler extends ConcurrentMergeScheduler {

    private static final int LARGE_DOCUMENTS = 20_000;
    private static final long LOOK_MILLIS = 50;

    /** How many merges run. */
    static final int TURNS = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);

    /** How many of these are large ones. */
    static final int LARGE_TURNS = TURNS / 2;

    private final Semaphore all = new Semaphore(TURNS);
    private final Semaphore large = new Semaphore(LARGE_TURNS);

    HnswMergeScheduler() {
        disableAutoIOThrottle();
    }

    /** Pauses none, as Lucene would: whose turn it is would wait for one that waits for that turn. */
    @Override
    protected synchronized void updateMergeThreads() {}

    @Override
    protected void doMerge(MergeSource source, MergePolicy.OneMerge merge) throws IOException {
        if (merge.totalNumDocs() < LARGE_DOCUMENTS) {
            inTurn(all, merge, () -> super.doMerge(source, merge));
        } else {
            inTurn(large, merge, () -> inTurn(all, merge, () -> super.doMerge(source, merge)));
        }
    }

    /** A merge that was given up meanwhile goes on at once, to find that out for itself. */
    private static void inTurn(Semaphore turns, MergePolicy.OneMerge merge, Merging merging) throws IOException {
        boolean isOurs = false;
        try {
            while (!isOurs && !merge.isAborted()) {
                isOurs = turns.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            }
            merging.run();
        } catch (InterruptedException e) {
            throw new ThreadInterruptedException(e);
        } finally {
            if (isOurs) {
                turns.release();
            }
        }
    }

    @FunctionalInterface
    private interface Merging {
        void run() throws IOException;
    }
}
