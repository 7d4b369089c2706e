package io.sightline.deploy.bench;

import java.time.Duration;

/**
 * When requests arrive that do not wait for each other: evenly spread, whatever becomes of those before. Immutable.
 *
 * @param perSecond arrivals a second
 */
record ArrivalSchedule(double perSecond) {

    private static final double NANOS = 1e9;

    /** Checks the rate. */
    ArrivalSchedule {
        if (!(perSecond > 0) || Double.isInfinite(perSecond)) {
            throw new IllegalArgumentException("arrivals a second must be above 0, not " + perSecond);
        }
    }

    /** Nanoseconds from the start to an arrival, the first of which is number 0. */
    long due(long number) {
        return (long) (number / perSecond * NANOS);
    }

    /** How many arrive before a time is over. */
    long count(Duration time) {
        long count = (long) Math.ceil(time.toNanos() / NANOS * perSecond);
        while (count > 0 && due(count - 1) >= time.toNanos()) {
            count--;
        }
        return count;
    }
}
