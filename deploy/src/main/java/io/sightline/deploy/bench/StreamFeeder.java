package io.sightline.deploy.bench;

import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.DatasetImage;
import io.sightline.ingest.loader.LabelPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends a stream in three phases of equal length: the first half of the classes, spread over most of the phase; then the
 * other half in the same way; then wrong labels for some images, which are corrected when half of the phase is over.
 */
final class StreamFeeder {

    private static final double SPREAD = 0.6;

    private final BulkLoader loader;
    private final StreamImages images;
    private final Duration phase;
    private final long start = System.nanoTime();
    private final AtomicInteger refused = new AtomicInteger();

    StreamFeeder(BulkLoader loader, StreamImages images, Duration phase) {
        this.loader = loader;
        this.images = images;
        this.phase = phase;
    }

    /** Sends all of it; ends when the third phase does. */
    void run() throws InterruptedException {
        spread(images.first(), 0);
        spread(images.second(), 1);
        awaitPhase(2);
        send(images.mislabelled());
        awaitPhase(2.5);
        send(images.corrected());
        awaitPhase(3);
    }

    /** Seconds since the start. */
    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Seconds from the start to a phase, or a part of one. */
    double seconds(double phases) {
        return phases * phase.toMillis() / 1000.0;
    }

    /** Images that were not taken. */
    int refused() {
        return refused.get();
    }

    private void spread(List<DatasetImage> some, int phases) throws InterruptedException {
        for (int i = 0; i < some.size(); i++) {
            awaitPhase(phases + SPREAD * i / some.size());
            send(List.of(some.get(i)));
        }
    }

    private void send(List<DatasetImage> some) throws InterruptedException {
        refused.addAndGet(loader.load(some, LabelPolicy.ALL, () -> {}).refused().size());
    }

    private void awaitPhase(double phases) throws InterruptedException {
        double left = seconds(phases) - seconds();
        if (left > 0) {
            TimeUnit.MILLISECONDS.sleep((long) (left * 1000));
        }
    }
}
