package io.sightline.http;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Whether requests wait for a processor for so long that it is better to refuse some: they are not counted as worked on
 * before they have one. A probe waits in the same queue, and its wait is theirs (the sojourn time that CoDel goes by, Nichols
 * and Jacobson, ACM Queue 2012). Thread-safe.
 */
final class Congestion {

    /** What starts takes seconds, now and then, with nobody else waiting: this is longer. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    /** Of one that ended longer ago nothing follows for now. */
    private static final Duration OUTDATED = Duration.ofSeconds(5);

    private final Executor processors;
    private final LongSupplier nanoTime;
    private volatile Probe last = new Probe(0, 0);

    /**
     * Nobody waits yet.
     *
     * @param processors runs tasks as requests are run
     */
    Congestion(Executor processors, LongSupplier nanoTime) {
        this.processors = processors;
        this.nanoTime = nanoTime;
    }

    /**
     * What was seen last.
     *
     * @param since when it began to wait, in nanoseconds
     * @param waited how long it did; less than 0 while it does
     */
    private record Probe(long since, long waited) {}

    /** Begins to wait, unless it waits already. By one thread, some times a second. */
    void probe() {
        if (last.waited() >= 0) {
            long since = nanoTime.getAsLong();
            last = new Probe(since, -1);
            try {
                processors.execute(() -> last = new Probe(since, nanoTime.getAsLong() - since));
            } catch (RuntimeException | Error e) {
                // Nothing waits that did not begin to.
                last = new Probe(since, 0);
                throw e;
            }
        }
    }

    /** Whether whoever comes now would wait for too long. */
    boolean isThere() {
        Probe probe = last;
        long age = nanoTime.getAsLong() - probe.since();
        if (probe.waited() < 0) {
            return age > LONGEST_WAIT.toNanos();
        }
        return probe.waited() > LONGEST_WAIT.toNanos() && age - probe.waited() < OUTDATED.toNanos();
    }
}
