package io.sightline.deploy.faults;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What became of requests that may go to several replicas, by kind of request. Thread-safe. */
final class RequestLog {

    private static final double NANOS_PER_MILLI = 1e6;

    private final Map<String, Kind> kinds = new TreeMap<>();

    /** Why a request went on to another replica. */
    enum Cause {
        /** Nobody listened. */
        REFUSED,
        /** It answered 503. */
        UNREADY,
        /** The connection ended without an answer. */
        CUT,
        /** It had not answered for so long that another one was asked. */
        SLOW
    }

    /**
     * The requests of a kind.
     *
     * @param answered by one replica or another
     * @param refused attempts at a replica that did not listen
     * @param unready attempts that a replica answered with 503
     * @param cut attempts that ended without an answer
     * @param slow attempts that were given up
     * @param failed requests that no replica answered
     * @param longestGapMillis longest time between two answers
     * @param slowestMillis longest that one request took, with all its attempts
     */
    record Summary(
            long answered,
            long refused,
            long unready,
            long cut,
            long slow,
            long failed,
            double longestGapMillis,
            double slowestMillis) {}

    /**
     * A request was answered.
     *
     * @param start when it came, in nanoseconds of any clock
     * @param end of the same clock
     */
    synchronized void answered(String kind, long start, long end) {
        of(kind).answered(start, end);
    }

    /** An attempt failed, and another follows. */
    synchronized void failedOver(String kind, Cause cause) {
        of(kind).causes.merge(cause, 1L, Long::sum);
    }

    /** No replica answered. */
    synchronized void failed(String kind) {
        of(kind).failed++;
    }

    /** The kinds so far. */
    synchronized Map<String, Summary> summaries() {
        Map<String, Summary> summaries = new TreeMap<>();
        kinds.forEach((name, kind) -> summaries.put(name, kind.summary()));
        return summaries;
    }

    private Kind of(String name) {
        return kinds.computeIfAbsent(name, any -> new Kind());
    }

    private static final class Kind {
        private final Map<Cause, Long> causes = new EnumMap<>(Cause.class);
        private long answered;
        private long failed;
        private long latest;
        private long longestGap;
        private long slowest;

        private void answered(long start, long end) {
            if (answered > 0) {
                longestGap = Math.max(longestGap, end - latest);
                latest = Math.max(latest, end);
            } else {
                latest = end;
            }
            answered++;
            slowest = Math.max(slowest, end - start);
        }

        private Summary summary() {
            return new Summary(
                    answered,
                    causes.getOrDefault(Cause.REFUSED, 0L),
                    causes.getOrDefault(Cause.UNREADY, 0L),
                    causes.getOrDefault(Cause.CUT, 0L),
                    causes.getOrDefault(Cause.SLOW, 0L),
                    failed,
                    longestGap / NANOS_PER_MILLI,
                    slowest / NANOS_PER_MILLI);
        }
    }
}
