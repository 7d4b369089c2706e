package io.sightline.deploy.faults;

/**
 * The faults that were really inflicted. Lags are image events that the second version's lane had not committed. Immutable.
 *
 * @param embedderKills kill -9 of embedder processes
 * @param killsWhileServing of which had said that they serve
 * @param brokerKills kill -9 of a broker
 * @param endedAlone embedder processes that ended without being told to, and were started again
 * @param lagAtStart lag when the further process was started
 * @param lagWhenServing lag when it said that it serves, -1 if it never did
 * @param lagAtLeave lag when it was told to stop, -1 if it never was
 * @param embeddedByGuest images of the second version that it embedded by then, by its own count
 */
record Inflicted(
        int embedderKills,
        int killsWhileServing,
        int brokerKills,
        int endedAlone,
        long lagAtStart,
        long lagWhenServing,
        long lagAtLeave,
        long embeddedByGuest) {

    /** What the further process did, in words. */
    String visit() {
        String text = "back-fill: a further embedder was started with " + lagAtStart + " images to go";
        if (lagWhenServing >= 0) {
            text += ", served with " + lagWhenServing + " to go";
        }
        return lagAtLeave < 0
                ? text + ", and stayed"
                : text + ", and left with " + lagAtLeave + " to go after " + embeddedByGuest + " of its own";
    }
}
