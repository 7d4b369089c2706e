package io.sightline.indexer.rollout.gates;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells gates that nobody wants their result any more, since their thread must not be interrupted. Thread-safe. */
final class StopSign {

    private final CountDownLatch raised = new CountDownLatch(1);

    void raise() {
        raised.countDown();
    }

    /**
     * To be called often.
     *
     * @throws CancellationException if it is raised
     */
    void check() {
        if (raised.getCount() == 0) {
            throw new CancellationException("nobody wants the result any more");
        }
    }

    /**
     * Waits.
     *
     * @throws CancellationException as soon as it is raised
     */
    void pause(Duration duration) throws InterruptedException {
        boolean stopped = raised.await(duration.toNanos(), TimeUnit.NANOSECONDS);
        if (stopped) {
            check();
        }
    }
}
