package io.sightline.embedder.lanes;

import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.embedder.runtime.InferenceException;
import io.sightline.schemas.avro.DeadLetterReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gathers single images of all tasks of a lane into batches. It never waits for company: a batch is whatever has arrived
 * while the batch before was computed, at most so many. An idle network therefore starts at once on a single image,
 * and a busy one finds full batches; a delay would add to the first and give nothing to the second. A batch that fails is
 * halved until the bad image is alone. Thread-safe.
 *
 * <p>The queue has no bound of its own: every task bounds what it has in flight.
 */
final class MicroBatcher implements AutoCloseable {

    private final BatchEmbedder model;
    private final int maxBatch;
    private final LaneMeters meters;
    private final @Nullable BackfillThrottle throttle;
    private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final Thread worker;
    private volatile boolean backfilling;
    private volatile boolean closed;

    /**
     * Starts to work.
     *
     * @param throttle rests between batches while the lane back-fills, null for none
     */
    MicroBatcher(BatchEmbedder model, int maxBatch, LaneMeters meters, @Nullable BackfillThrottle throttle) {
        this.model = model;
        this.maxBatch = maxBatch;
        this.meters = meters;
        this.throttle = throttle;
        this.worker = Thread.ofPlatform().name("batcher-" + model.version()).start(this::work);
    }

    /** Whether the lane back-fills, and has to leave time to the active one. */
    void setBackfilling(boolean now) {
        backfilling = now;
    }

    boolean isBackfilling() {
        return backfilling;
    }

    /** Completes the outcome when the image has been through the network; cancels it when the batcher is closed. */
    void submit(byte[] pixels, CompletableFuture<Outcome> outcome) {
        if (throttle != null && !backfilling) {
            throttle.activeWorks();
        }
        jobs.add(new Job(pixels, outcome, System.nanoTime()));
        if (closed) {
            cancelAll();
        }
    }

    /** Waits for the running batch and cancels the rest. */
    @Override
    public void close() {
        closed = true;
        worker.interrupt();
        try {
            worker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cancelAll();
    }

    private void work() {
        List<Job> batch = new ArrayList<>(maxBatch);
        try {
            while (!closed) {
                batch.add(jobs.take());
                jobs.drainTo(batch, maxBatch - 1);
                long start = System.nanoTime();
                batch.forEach(job -> meters.waited(Duration.ofNanos(start - job.submitted)));
                run(batch);
                batch.clear();
                rest(Duration.ofNanos(System.nanoTime() - start));
            }
        } catch (InterruptedException e) {
            // Closed while it waited; what is queued is cancelled there.
            Thread.currentThread().interrupt();
        }
    }

    private void rest(Duration batch) throws InterruptedException {
        if (throttle != null && backfilling) {
            TimeUnit.NANOSECONDS.sleep(throttle.restAfter(batch).toNanos());
        }
    }

    private void run(List<Job> batch) {
        try {
            long start = System.nanoTime();
            float[][] vectors = model.embed(batch.stream().map(Job::pixels).toList());
            meters.inferred(batch.size(), Duration.ofNanos(System.nanoTime() - start));
            for (int i = 0; i < vectors.length; i++) {
                batch.get(i).outcome.complete(new Outcome.Embedded(vectors[i]));
            }
        } catch (InferenceException e) {
            if (batch.size() == 1) {
                batch.getFirst().outcome.complete(new Outcome.Rejected(DeadLetterReason.INFERENCE, e.toString(), e));
            } else {
                run(batch.subList(0, batch.size() / 2));
                run(batch.subList(batch.size() / 2, batch.size()));
            }
        } catch (RuntimeException | Error e) {
            // Not the images' fault, for instance memory that ran out: give them up, and be there for the next ones.
            batch.forEach(job -> job.outcome.completeExceptionally(e));
        }
    }

    private void cancelAll() {
        List<Job> rest = new ArrayList<>();
        jobs.drainTo(rest);
        rest.forEach(job -> job.outcome.cancel(false));
    }

    private record Job(byte[] pixels, CompletableFuture<Outcome> outcome, long submitted) {}
}
