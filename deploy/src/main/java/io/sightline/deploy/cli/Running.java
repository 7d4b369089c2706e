package io.sightline.deploy.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a process up until it is told to stop (Ctrl-C, SIGTERM) and lets it close its services before it ends. Made
 * once per process, before the services, so that it is closed after them.
 */
final class Running implements AutoCloseable {

    private static final long CLOSE_SECONDS = 60;

    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    Running() {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
                    stop.countDown();
                    try {
                        if (!closed.await(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                            System.err.println("sightline: some services did not stop within " + CLOSE_SECONDS + " s");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }));
    }

    /** Returns when the process is told to stop. */
    void awaitStop() throws InterruptedException {
        stop.await();
    }

    /** Whether the process was told to stop. */
    boolean isStopping() {
        return stop.getCount() == 0;
    }

    /** Everything else is closed: the process may end. */
    @Override
    public void close() {
        closed.countDown();
    }
}
