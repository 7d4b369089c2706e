package io.sightline.indexer.pipeline;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The delays of the last minutes, of as many images at most, and how long half and nearly all of them were. Thread-safe.
 */
public final class RecentDelays implements Consumer<Duration> {

    static final Duration WINDOW = Duration.ofMinutes(5);
    static final int MOST = 20_000;

    private final Clock clock;
    private final Deque<Delay> delays = new ArrayDeque<>();

    public RecentDelays(Clock clock) {
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
    public void accept(Duration delay) {
        Instant now = clock.instant();
        synchronized (delays) {
            delays.add(new Delay(now, delay.toMillis()));
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
