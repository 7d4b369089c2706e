package io.sightline.indexer.indexing;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.Consumer;

/** {@code sightline.indexer.freshness}, of {@link SearchableDelays}. Thread-safe. */
public final class FreshnessMeter implements Consumer<Duration> {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        SearchableDelays.LONGEST
    };

    private final Timer freshness;

    /** Registers the meter. */
    public FreshnessMeter(MeterRegistry meters) {
        this.freshness = Timer.builder("sightline.indexer.freshness")
                .description("Time from an image event to the moment at which searches find it, of the active version;"
                        + " without events older than an hour, as dead letters that were tried again")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    @Override
    public void accept(Duration delay) {
        freshness.record(delay);
    }
}
