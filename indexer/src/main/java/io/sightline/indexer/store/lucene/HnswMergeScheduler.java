package io.sightline.indexer.store.lucene;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.util.ThreadInterruptedException;

/**
 * Merges segments beside writes and searches, on no more than half of the cores; one at least for small merges and one for
 * large ones, since a small one should not wait for minutes. Lucene lets surplus merges wait where they write, but those of
 * graphs compute (apache/lucene#14554): on two cores six of them would leave a search a seventh of a core. Thread-safe.
 */
final class HnswMergeScheduler extends ConcurrentMergeScheduler {

    private static final int LARGE_DOCUMENTS = 20_000;
    private static final long LOOK_MILLIS = 50;
    private static final int CORES_OF_A_TURN = 4;

    private final Semaphore small = turns();
    private final Semaphore large = turns();

    private static Semaphore turns() {
        return new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / CORES_OF_A_TURN));
    }

    @Override
    protected void doMerge(MergeSource source, MergePolicy.OneMerge merge) throws IOException {
        Semaphore turns = merge.totalNumDocs() < LARGE_DOCUMENTS ? small : large;
        boolean isOurs = await(turns, merge);
        try {
            super.doMerge(source, merge);
        } finally {
            if (isOurs) {
                turns.release();
            }
        }
    }

    /** Whether it is this merge's turn; not if it was given up meanwhile, which it finds out for itself. */
    private static boolean await(Semaphore turns, MergePolicy.OneMerge merge) {
        try {
            while (!merge.isAborted()) {
                if (turns.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            throw new ThreadInterruptedException(e);
        }
    }
}
