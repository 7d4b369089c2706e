package io.sightline.deploy.bench;

/**
 * A version, when and how it was measured.
 *
 * @param seconds from the start of the stream to the end of its training
 * @param steps optimiser steps
 * @param outcome its last state in sightline.models
 * @param figures on what the stream does not bring
 * @param rssMegabytes resident set size of the whole process then, NaN where it cannot be read
 */
record StreamPoint(
        String version,
        double seconds,
        long steps,
        String outcome,
        StreamMeasure.Figures figures,
        double rssMegabytes) {

    /** Whether it has ever answered searches. */
    boolean served() {
        return outcome.equals("ACTIVE") || outcome.equals("RETIRED");
    }

    StreamPoint withOutcome(String last) {
        return new StreamPoint(version, seconds, steps, last, figures, rssMegabytes);
    }
}
