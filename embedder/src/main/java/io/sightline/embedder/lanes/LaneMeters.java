package io.sightline.embedder.lanes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.sightline.schemas.avro.DeadLetterReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The meters of one lane, all named {@code sightline.embedder.*} and tagged with its version. They go when the lane does.
 * Thread-safe.
 */
final class LaneMeters implements AutoCloseable {

    private static final Duration[] DELAYS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };
    private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

    private final MeterRegistry registry;
    private final List<Meter> mine = new ArrayList<>();
    private final Counter images;
    private final Counter known;
    private final Counter payloadRetries;
    private final DistributionSummary batchSize;
    private final Timer decode;
    private final Timer queue;
    private final Timer inference;
    private final Timer produce;
    private final Timer delay;
    private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);
    private final AtomicLong bytesInFlight = new AtomicLong();
    private final AtomicLong lag = new AtomicLong(-1);
    private volatile double progress = Double.NaN;
    private volatile boolean running;
    private volatile boolean backfilling;
    private volatile int batchLimit;

    LaneMeters(MeterRegistry registry, String version) {
        this.registry = registry;
        Tags tags = Tags.of("version", version);
        images = added(Counter.builder("sightline.embedder.images")
                .description("Images embedded")
                .tags(tags)
                .register(registry));
        known = added(Counter.builder("sightline.embedder.images.known")
                .description("Of which were not computed again: the same content was embedded before")
                .tags(tags)
                .register(registry));
        payloadRetries = added(Counter.builder("sightline.embedder.payload.retries")
                .description("Times that a payload was tried for again, since its store or host could not be reached")
                .tags(tags)
                .register(registry));
        batchSize = added(DistributionSummary.builder("sightline.embedder.batch.size")
                .description("Images in one run of the network")
                .serviceLevelObjectives(SIZES)
                .tags(tags)
                .register(registry));
        decode = timer("decode", "Time to decode and resize an image", tags);
        queue = timer("queue", "Time from the end of decoding to the start of its batch", tags);
        inference = timer("inference", "Time of a batch in the network", tags);
        produce = timer("produce", "Time to hand an embedding to the producer", tags);
        delay = timer("delay", "Time from a record's arrival in the task to its embedding", tags);
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            deadLetters.put(
                    reason,
                    added(Counter.builder("sightline.embedder.dead.letters")
                            .description("Records given up")
                            .tags(tags.and("reason", reason.name()))
                            .register(registry)));
        }
        added(Gauge.builder("sightline.embedder.in.flight", bytesInFlight::doubleValue)
                .description("Encoded images in flight, inline or by reference")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry));
        added(Gauge.builder("sightline.embedder.lag", lag::doubleValue)
                .description("Image events that the lane has not committed; -1 before it was asked for")
                .tags(tags)
                .register(registry));
        gauge(
                "progress",
                "Share of the images topic's offsets that the lane has committed, 0 to 1",
                () -> progress,
                tags);
        gauge("lane.running", "1 if the lane's threads are up", () -> running ? 1 : 0, tags);
        gauge("lane.backfilling", "1 if the lane leaves time to the active one", () -> backfilling ? 1 : 0, tags);
        gauge("batch.limit", "Most images in one run of the network", () -> batchLimit, tags);
    }

    void role(boolean isRunning, boolean isBackfilling) {
        running = isRunning;
        backfilling = isBackfilling;
    }

    void batchLimit(int images) {
        batchLimit = images;
    }

    void embedded(Duration sinceArrival) {
        images.increment();
        delay.record(sinceArrival);
    }

    void foundKnown() {
        known.increment();
    }

    void payloadRetried() {
        payloadRetries.increment();
    }

    void gaveUp(DeadLetterReason reason) {
        java.util.Objects.requireNonNull(deadLetters.get(reason)).increment();
    }

    void decoded(Duration took) {
        decode.record(took);
    }

    void waited(Duration took) {
        queue.record(took);
    }

    void inferred(int size, Duration took) {
        batchSize.record(size);
        inference.record(took);
    }

    void produced(Duration took) {
        produce.record(took);
    }

    void inFlight(long change) {
        bytesInFlight.addAndGet(change);
    }

    /** What the brokers say of it. */
    void progress(LaneProgress now) {
        lag.set(now.lag());
        progress = now.share();
    }

    /** Image events that the lane has not committed, as of the last look; -1 before the first. */
    long lag() {
        return lag.get();
    }

    @Override
    public void close() {
        mine.forEach(registry::remove);
    }

    private void gauge(String name, String description, Supplier<Number> value, Tags tags) {
        added(Gauge.builder("sightline.embedder." + name, value)
                .description(description)
                .tags(tags)
                .register(registry));
    }

    private Timer timer(String name, String description, Tags tags) {
        return added(Timer.builder("sightline.embedder." + name)
                .description(description)
                .serviceLevelObjectives(DELAYS)
                .tags(tags)
                .register(registry));
    }

    private <M extends Meter> M added(M meter) {
        mine.add(meter);
        return meter;
    }
}
