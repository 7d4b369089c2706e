package io.sightline.deploy.bench;

/**
 * What became of the requests of one kind in one phase. Latencies are of the requests that were answered with success, in
 * milliseconds from the moment at which the schedule wanted them sent. Immutable.
 *
 * @param kind what was asked for
 * @param seconds that the phase lasted
 * @param sent requests
 * @param ok answered with success
 * @param shed refused with 429
 * @param failed all others
 * @param firstFailure of those, empty if there is none
 */
record LoadRow(
        String kind,
        double seconds,
        long sent,
        long ok,
        long shed,
        long failed,
        double p50,
        double p95,
        double p99,
        double max,
        String firstFailure) {

    /** Successes a second. */
    double rate() {
        return ok / seconds;
    }

    /** Whether each was answered with success, 99 in 100 of them within a time. */
    boolean holds(double longestMillis) {
        return sent > 0 && ok == sent && p99 <= longestMillis;
    }
}
