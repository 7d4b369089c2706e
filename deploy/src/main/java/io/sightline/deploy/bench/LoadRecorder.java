package io.sightline.deploy.bench;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;

/** Counts what becomes of the requests of one kind in one phase. Thread-safe. */
final class LoadRecorder {

    private static final int TOO_MANY = 429;
    private static final int FIRST_ERROR = 300;
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(5);
    private static final double NANOS_PER_MILLI = 1e6;
    private static final int DIGITS = 3;

    private final String kind;
    private final ConcurrentHistogram latencies = new ConcurrentHistogram(LONGEST, DIGITS);
    private final LongAdder sent = new LongAdder();
    private final LongAdder ok = new LongAdder();
    private final LongAdder shed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile String firstFailure = "";

    LoadRecorder(String kind) {
        this.kind = kind;
    }

    /** A request is on its way. */
    void sent() {
        sent.increment();
    }

    /**
     * It was answered.
     *
     * @param nanos since the moment at which it should have been sent
     */
    void answered(int status, long nanos) {
        if (status < FIRST_ERROR) {
            ok.increment();
            latencies.recordValue(Math.clamp(nanos, 0, LONGEST));
        } else if (status == TOO_MANY) {
            shed.increment();
        } else {
            failed("status " + status);
        }
    }

    /** It was not answered. */
    void failed(String why) {
        failed.increment();
        synchronized (this) {
            firstFailure = firstFailure.isEmpty() ? why : firstFailure;
        }
    }

    /** Requests that were neither answered nor have failed. */
    long underWay() {
        return sent.sum() - ok.sum() - shed.sum() - failed.sum();
    }

    /** What was counted; what is still under way has failed. */
    LoadRow row(double seconds) {
        long lost = underWay();
        return new LoadRow(
                kind,
                seconds,
                sent.sum(),
                ok.sum(),
                shed.sum(),
                failed.sum() + lost,
                millis(50),
                millis(95),
                millis(99),
                latencies.getMaxValue() / NANOS_PER_MILLI,
                lost > 0 && firstFailure.isEmpty() ? "no answer" : firstFailure);
    }

    private double millis(double percentile) {
        return latencies.getTotalCount() == 0
                ? Double.NaN
                : latencies.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
    }
}
