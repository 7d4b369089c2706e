package io.sightline.embedder.lanes;

import io.opentelemetry.api.trace.Span;
import io.sightline.embedder.runtime.BatchEmbedder;
import io.sightline.embedder.runtime.InferenceException;
import io.sightline.schemas.avro.DeadLetterReason;
import io.sightline.schemas.tracing.Tracing;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gathers single images of all tasks of a lane into batches. A batch is what has arrived while the batch before was
 * computed, at most so many. It waits only for company that is on its way, announced by {@link #expect} and still being
 * decoded, and for that no longer than the delay: a lone image starts at once, and under load, where decoding
 * and the network share the machine, batches are full. A batch that fails is halved until the bad image is alone.
 * Thread-safe.
 *
 * <p>The queue has no bound of its own: every task bounds what it has in flight.
 */
final class MicroBatcher implements AutoCloseable {

    private final BatchEmbedder model;
    private final int maxBatch;
    private final LaneMeters meters;
    private final long maxDelayNanos;
    private final @Nullable BackfillThrottle throttle;
    private final AtomicInteger expected = new AtomicInteger();
    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Job> jobs = new ArrayDeque<>();
    private final Thread worker;
    private final Tracing tracing;
    private volatile boolean backfilling;
    private volatile boolean closed;

    /**
     * Starts to work.
     *
     * @param maxDelay that a batch waits for images on their way
     * @param throttle rests between batches while the lane back-fills, null for none
     */
    MicroBatcher(
            BatchEmbedder model,
            int maxBatch,
            Duration maxDelay,
            LaneMeters meters,
            @Nullable BackfillThrottle throttle) {
        this(model, maxBatch, maxDelay, meters, throttle, Tracing.NONE);
    }

    /**
     * The same, with a span for each batch that holds an image of a recorded trace.
     *
     * @param tracing where they go
     */
    MicroBatcher(
            BatchEmbedder model,
            int maxBatch,
            Duration maxDelay,
            LaneMeters meters,
            @Nullable BackfillThrottle throttle,
            Tracing tracing) {
        this.tracing = tracing;
        this.model = model;
        this.maxBatch = maxBatch;
        this.maxDelayNanos = maxDelay.toNanos();
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

    /** Says that an image is on its way here, until its outcome is known: batches may wait for it. */
    void expect(CompletableFuture<Outcome> outcome) {
        expected.incrementAndGet();
        outcome.whenComplete((any, failure) -> {
            expected.decrementAndGet();
            lock.lock();
            try {
                // It may have been the last one that a batch waited for.
                if (!jobs.isEmpty() && jobs.size() >= wanted()) {
                    changed.signal();
                }
            } finally {
                lock.unlock();
            }
        });
    }

    /** Completes the outcome when the image has been through the network; cancels it when the batcher is closed. */
    void submit(byte[] pixels, CompletableFuture<Outcome> outcome) {
        submit(pixels, outcome, Span.getInvalid());
    }

    /**
     * The same.
     *
     * @param span of the image, which its batch's span is linked to
     */
    void submit(byte[] pixels, CompletableFuture<Outcome> outcome, Span span) {
        if (throttle != null && !backfilling) {
            throttle.activeWorks();
        }
        lock.lock();
        try {
            jobs.add(new Job(pixels, outcome, span, System.nanoTime()));
            // The worker waits for a first image or for a full batch: in between there is no need to wake it.
            if (jobs.size() == 1 || jobs.size() >= wanted()) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
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
        try {
            while (!closed) {
                List<Job> batch = nextBatch();
                long start = System.nanoTime();
                batch.forEach(job -> meters.waited(Duration.ofNanos(start - job.submitted)));
                Span span =
                        tracing.together("infer", batch.stream().map(Job::span).toList());
                run(batch);
                span.end();
                rest(Duration.ofNanos(System.nanoTime() - start));
            }
        } catch (InterruptedException e) {
            // Closed while it waited; what is queued is cancelled there.
            Thread.currentThread().interrupt();
        }
    }

    private List<Job> nextBatch() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (jobs.isEmpty()) {
                changed.await();
            }
            long left = maxDelayNanos;
            while (jobs.size() < wanted() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return takeUpTo(maxBatch);
        } finally {
            lock.unlock();
        }
    }

    /** A full batch, or all that are on their way if those are fewer. */
    private int wanted() {
        return Math.min(maxBatch, expected.get());
    }

    private List<Job> takeUpTo(int most) {
        List<Job> taken = new ArrayList<>(Math.min(most, jobs.size()));
        while (taken.size() < most && !jobs.isEmpty()) {
            taken.add(jobs.remove());
        }
        return taken;
    }

    private void rest(Duration batch) throws InterruptedException {
        if (throttle != null && backfilling) {
            TimeUnit.NANOSECONDS.sleep(throttle.restAfter(batch, queued()).toNanos());
        }
    }

    /** How long the image that comes next has been waiting. */
    private Duration queued() {
        lock.lock();
        try {
            Job next = jobs.peek();
            return next == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - next.submitted);
        } finally {
            lock.unlock();
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
        List<Job> rest;
        lock.lock();
        try {
            rest = takeUpTo(Integer.MAX_VALUE);
        } finally {
            lock.unlock();
        }
        rest.forEach(job -> job.outcome.cancel(false));
    }

    private record Job(byte[] pixels, CompletableFuture<Outcome> outcome, Span span, long submitted) {}
}
