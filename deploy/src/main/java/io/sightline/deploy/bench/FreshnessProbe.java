package io.sightline.deploy.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Posts an image now and then and asks until it can be searched. On a thread of its own until it is closed; thread-safe.
 */
final class FreshnessProbe implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int OK = 200;
    private static final int FIRST_ERROR = 300;
    private static final int DIGITS = 3;

    private final LoadConnections ingest;
    private final LoadConnections search;
    private final LoadRequests requests;
    private final ConcurrentHistogram millis = new ConcurrentHistogram(LONGEST.toMillis(), DIGITS);
    private final long from;
    private final Thread thread = Thread.ofVirtual().name("freshness").unstarted(this::probe);
    private volatile long number;

    /**
     * Starts to look.
     *
     * @param from number of the first image, which nobody has looked for before
     */
    FreshnessProbe(LoadConnections ingest, LoadConnections search, LoadRequests requests, long from) {
        this.ingest = ingest;
        this.search = search;
        this.requests = requests;
        this.from = from;
        this.number = from;
        thread.start();
    }

    /**
     * From the request that brings an image until it can be searched, in milliseconds to the next look.
     *
     * @param images that were looked for; one that did not come counts a minute
     * @param p50 NaN without any
     */
    record Freshness(long images, double p50, double p99, double max) {}

    /** What was seen so far. */
    Freshness seen() {
        long count = millis.getTotalCount();
        return count == 0
                ? new Freshness(0, Double.NaN, Double.NaN, Double.NaN)
                : new Freshness(
                        count, millis.getValueAtPercentile(50), millis.getValueAtPercentile(99), millis.getMaxValue());
    }

    /** Number of the first image that was not looked for. */
    long next() {
        return number;
    }

    /** Ends the looking; an image that has not come counts with the time that it was waited for. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void probe() {
        try {
            for (long i = from; true; i++) {
                number = i + 1;
                probe(i);
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One that is shed is not counted. */
    private void probe(long image) throws InterruptedException {
        long start = System.nanoTime();
        try {
            if (ingest.exchange(requests.lookedForImage(image)) >= FIRST_ERROR) {
                return;
            }
        } catch (IOException e) {
            return;
        }
        try {
            while (System.nanoTime() - start < LONGEST.toNanos() && !isThere(image)) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
        } finally {
            millis.recordValue(Math.min(LONGEST.toMillis(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)));
        }
    }

    private boolean isThere(long image) throws InterruptedException {
        try {
            return search.exchange(requests.look(image)) == OK;
        } catch (IOException e) {
            return false;
        }
    }
}
