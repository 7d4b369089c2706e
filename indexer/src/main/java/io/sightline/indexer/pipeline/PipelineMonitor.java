package io.sightline.indexer.pipeline;

import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.ModelEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the counters of the pipeline every two seconds and keeps five minutes of them, so that whoever asks first gets rates too.
 * Thread-safe.
 *
 * <p>On failure: what was read before is kept, {@link #failure()} says why nothing newer is there, and it is tried again.
 */
public final class PipelineMonitor implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineMonitor.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final int MOST_SAMPLES = 150;

    private final ModelCatalog catalog;
    private final Admin admin;
    private final LongSupplier searches;
    private final Clock clock;
    private final Deque<PipelineSample> samples = new ArrayDeque<>();
    private final ScheduledExecutorService ticker;
    private volatile @Nullable String failure;

    /**
     * Starts to read. Uses, and does not close, what it is given.
     *
     * @param searches how many this process has answered
     */
    public PipelineMonitor(ModelCatalog catalog, Admin admin, LongSupplier searches, Clock clock) {
        this.catalog = catalog;
        this.admin = admin;
        this.searches = searches;
        this.clock = clock;
        this.ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("pipeline-monitor").factory());
        ticker.scheduleWithFixedDelay(this::tick, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What was read, oldest first. */
    List<PipelineSample> samples() {
        synchronized (samples) {
            return List.copyOf(samples);
        }
    }

    /** Why the newest sample is not new; null if it is. */
    @Nullable
    String failure() {
        return failure;
    }

    private void tick() {
        try {
            PipelineSample sample = read();
            synchronized (samples) {
                samples.add(sample);
                if (samples.size() > MOST_SAMPLES) {
                    samples.removeFirst();
                }
            }
            failure = null;
        } catch (RuntimeException | Error e) {
            // Whatever it is: a task that throws is never run again.
            if (failure == null && !ticker.isShutdown()) {
                LOG.warn(
                        "the pipeline could not be looked at, will retry in {} s: {}", EVERY.toSeconds(), e.toString());
            }
            failure = "the brokers could not be asked, and are tried again by themselves: " + e.getMessage();
        }
    }

    private PipelineSample read() {
        Instant now = clock.instant();
        Map<String, LaneProgress> lanes = new HashMap<>();
        for (ModelEvent event : catalog.current().live(now)) {
            lanes.put(event.getVersion(), LaneProgress.read(admin, event.getVersion()));
        }
        long images = new TopicAdmin(admin)
                .ends(Topics.IMAGES, IsolationLevel.READ_COMMITTED).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
        return new PipelineSample(now, images, searches.getAsLong(), lanes);
    }

    @Override
    public void close() {
        // Does not wait for brokers that are away: nobody asks for another sample.
        ticker.shutdownNow();
        try {
            if (!ticker.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("the pipeline monitor did not stop within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
