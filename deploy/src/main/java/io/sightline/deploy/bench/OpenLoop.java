package io.sightline.deploy.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/**
 * Sends requests of one kind by a schedule, on a thread each, whether or not those before were answered. Used once, on one
 * thread.
 *
 * @param requests whole HTTP requests by number, from 0
 */
record OpenLoop(
        LoadConnections connections, ArrivalSchedule schedule, LongFunction<byte[]> requests, LoadRecorder recorder) {

    /** Answers that come later than that have failed. */
    private static final Duration LATEST = Duration.ofSeconds(30);

    private static final Duration LOOK = Duration.ofMillis(10);

    /**
     * Sends for a time, and waits for the answers.
     *
     * @return seconds in which requests were sent
     */
    double run(Duration time) throws InterruptedException {
        long count = schedule.count(time);
        long start = System.nanoTime();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (long i = 0; i < count; i++) {
                long due = start + schedule.due(i);
                awaitTime(due);
                long number = i;
                recorder.sent();
                threads.execute(() -> send(number, due));
            }
            awaitTime(start + time.toNanos());
            double seconds = (System.nanoTime() - start) / 1e9;
            long latest = System.nanoTime() + LATEST.toNanos();
            while (recorder.underWay() > 0 && System.nanoTime() < latest) {
                TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
            }
            return seconds;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void awaitTime(long due) throws InterruptedException {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException("interrupted while load was made");
            }
        }
    }

    private void send(long number, long due) {
        try {
            int status = connections.exchange(requests.apply(number));
            recorder.answered(status, System.nanoTime() - due);
        } catch (IOException | RuntimeException e) {
            recorder.failed(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            recorder.failed("not answered in time");
        }
    }
}
