package io.sightline.embedder.artifact;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * When versions that could not be loaded are tried again: after a first delay, and twice as long after each failure, at
 * most a minute. Not thread-safe.
 */
public final class LoadBackoff {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Duration first;
    private final LongSupplier nanoTime;
    private final Map<String, Attempt> failed = new HashMap<>();

    /**
     * Nothing has failed yet.
     *
     * @param nanoTime {@link System#nanoTime}
     */
    public LoadBackoff(Duration first, LongSupplier nanoTime) {
        this.first = first;
        this.nanoTime = nanoTime;
    }

    /** Whether it is time to try the version. */
    public boolean mayTry(String version) {
        Attempt last = failed.get(version);
        return last == null || nanoTime.getAsLong() - last.at >= last.delay.toNanos();
    }

    /** Notes a failure, and returns after how long the version is tried again. */
    public Duration failed(String version) {
        Attempt last = failed.get(version);
        Duration next = last == null ? first : last.delay.multipliedBy(2);
        Duration delay = next.compareTo(LONGEST) < 0 ? next : LONGEST;
        failed.put(version, new Attempt(nanoTime.getAsLong(), delay));
        return delay;
    }

    /** Forgets the failures of a version. */
    public void succeeded(String version) {
        failed.remove(version);
    }

    /** Forgets all other versions. */
    public void retain(Collection<String> versions) {
        failed.keySet().retainAll(versions);
    }

    private record Attempt(long at, Duration delay) {}
}
