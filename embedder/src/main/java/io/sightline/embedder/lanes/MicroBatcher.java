package io.sightline.embedder.lanes;

import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.runtime.InferenceException;
import io.sightline.schemas.avro.DeadLetterReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Gathers single images into batches for one model. It never waits for company: a batch is whatever has arrived while
 * the batch before was computed. A batch that fails is halved until the bad image is alone. Thread-safe.
 *
 * <p>The queue has no bound of its own: every task bounds what it has in flight.
 */
final class MicroBatcher implements AutoCloseable {

    private final EmbeddingModel model;
    private final int maxBatch;
    private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final Thread worker;
    private volatile boolean closed;

    MicroBatcher(EmbeddingModel model, int maxBatch) {
        this.model = model;
        this.maxBatch = maxBatch;
        this.worker = Thread.ofPlatform().name("batcher-" + model.version()).start(this::work);
    }

    /** Completes the outcome when the image has been through the network; cancels it when the batcher is closed. */
    void submit(byte[] pixels, CompletableFuture<Outcome> outcome) {
        jobs.add(new Job(pixels, outcome));
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
        while (!closed) {
            try {
                batch.add(jobs.take());
            } catch (InterruptedException e) {
                return;
            }
            jobs.drainTo(batch, maxBatch - 1);
            run(batch);
            batch.clear();
        }
    }

    private void run(List<Job> batch) {
        try {
            float[][] vectors = model.embed(batch.stream().map(Job::pixels).toList());
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

    private record Job(byte[] pixels, CompletableFuture<Outcome> outcome) {}
}
