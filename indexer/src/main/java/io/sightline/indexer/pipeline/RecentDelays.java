package io.sightline.indexer.pipeline;

import io.sightline.indexer.indexing.FreshnessMeter;
import io.sightline.indexer.indexing.SearchableListener;
import io.sightline.indexer.store.StoredImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long images take from their event to being searchable, in the index of the active version: what another version
 * back-fills is old and says nothing. Nor does an event that is older than {@link FreshnessMeter#LONGEST}: somebody had a
 * dead letter tried again. Of the last minutes, and of as many images at most. Thread-safe.
 */
public final class RecentDelays implements SearchableListener {

    static final Duration WINDOW = Duration.ofMinutes(5);
    private static final int MOST = 20_000;

    private final Supplier<Optional<String>> active;
    private final Clock clock;
    private final Deque<Delay> delays = new ArrayDeque<>();

    /** Measures for the version that is active at the time. */
    public RecentDelays(Supplier<Optional<String>> active, Clock clock) {
        this.active = active;
        this.clock = clock;
    }

    private record Delay(Instant time, long millis) {}

    /**
     * What was measured.
     *
     * @param images how many
     * @param p50Millis half of them took no longer; null if there were none
     * @param p99Millis 99 % of them took no longer; null if there were none
     * @param windowSeconds in how many seconds up to now
     */
    record Measured(
            int images, @Nullable Long p50Millis, @Nullable Long p99Millis, long windowSeconds) {}

    @Override
    public void searchable(List<StoredImage> images) {
        Optional<String> version = active.get();
        Instant now = clock.instant();
        synchronized (delays) {
            for (StoredImage image : images) {
                if (version.equals(Optional.of(image.version()))) {
                    Duration took = Duration.between(image.eventTime(), now);
                    if (took.compareTo(FreshnessMeter.LONGEST) <= 0) {
                        delays.add(new Delay(now, Math.max(0, took.toMillis())));
                    }
                }
            }
            forget(now);
        }
    }

    Measured measured() {
        long[] sorted;
        synchronized (delays) {
            forget(clock.instant());
            sorted = delays.stream().mapToLong(Delay::millis).sorted().toArray();
        }
        return new Measured(
                sorted.length,
                sorted.length == 0 ? null : percentile(sorted, 0.5),
                sorted.length == 0 ? null : percentile(sorted, 0.99),
                WINDOW.toSeconds());
    }

    private static long percentile(long[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    private void forget(Instant now) {
        Instant oldest = now.minus(WINDOW);
        while (!delays.isEmpty()
                && (delays.size() > MOST || delays.getFirst().time().isBefore(oldest))) {
            delays.removeFirst();
        }
    }
}
