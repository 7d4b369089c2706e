package io.sightline.indexer.indexing;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.sightline.indexer.store.StoredImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Measures {@code sightline.indexer.freshness}: from the time of an image event to the moment at which searches find it. Only
 * of the version that answers: what another one embeds is a back-fill, whose images have been searchable all along, in the
 * index of the active version. Images that waited while a service was down count with all of their wait, since for those who
 * search they were not there; but events older than {@link #LONGEST} are left out, since most of those are dead letters that
 * somebody had tried again, with the time at which they came first. Clocks that differ make it wrong by their difference; it is
 * never negative. Thread-safe.
 */
public final class FreshnessMeter implements SearchableListener {

    /** An event that is older when it becomes searchable says nothing about how fresh searches are. */
    public static final Duration LONGEST = Duration.ofHours(1);

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
        LONGEST
    };

    private final Timer freshness;
    private final Supplier<Optional<String>> active;
    private final Clock clock;

    /**
     * Registers the meter.
     *
     * @param active the version that answers
     */
    public FreshnessMeter(MeterRegistry meters, Supplier<Optional<String>> active, Clock clock) {
        this.freshness = Timer.builder("sightline.indexer.freshness")
                .description("Time from an image event to the moment at which searches find it, of the active version;"
                        + " without events older than an hour, as dead letters that were tried again")
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
        this.active = active;
        this.clock = clock;
    }

    @Override
    public void searchable(List<StoredImage> images) {
        String version = active.get().orElse("");
        Instant now = clock.instant();
        for (StoredImage image : images) {
            if (image.version().equals(version)) {
                Duration took = Duration.between(image.eventTime(), now);
                if (took.compareTo(LONGEST) <= 0) {
                    freshness.record(took.isNegative() ? Duration.ZERO : took);
                }
            }
        }
    }
}
