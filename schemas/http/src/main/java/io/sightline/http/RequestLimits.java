package io.sightline.http;

import java.time.Duration;

/**
 * How much clients may ask of a server. Immutable.
 *
 * @param perSecond requests a second that one client may send over time: one principal, or one address where nobody
 *     signs in
 * @param burst requests that a client may send at once after a pause
 * @param mostAtOnce requests of all clients that are worked on at the same time; more are told to come back. Where
 *     clients say who they are, one of them gets a quarter of it at most
 * @param timeout longest time that a request may take to arrive
 * @param leastBytesPerSecond slowest that a body may arrive, 0 for any speed within the timeout
 */
public record RequestLimits(int perSecond, int burst, int mostAtOnce, Duration timeout, int leastBytesPerSecond) {

    private static final int MOST = 1_000_000;
    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration MOST_TIMEOUT = Duration.ofMinutes(30);

    /** For one machine: far above what a well-behaved client sends, far below what takes a server down. */
    public static final RequestLimits DEFAULT = new RequestLimits(2_000, 4_000, 256, Duration.ofSeconds(60), 1_024);

    /** Checks the settings. */
    public RequestLimits {
        requireBetween("sightline.limits.requests-per-second", perSecond, 1, MOST);
        requireBetween("sightline.limits.burst", burst, 1, MOST);
        requireBetween("sightline.limits.requests-at-once", mostAtOnce, 1, MOST);
        requireBetween("sightline.limits.least-bytes-per-second", leastBytesPerSecond, 0, Integer.MAX_VALUE);
        if (timeout.compareTo(LEAST_TIMEOUT) < 0 || timeout.compareTo(MOST_TIMEOUT) > 0) {
            throw new IllegalArgumentException("sightline.limits.request-timeout is " + timeout + "; set between "
                    + LEAST_TIMEOUT + " and " + MOST_TIMEOUT);
        }
    }

    /** The same with another rate for each client. */
    public RequestLimits withRate(int requestsPerSecond, int atOnceAfterAPause) {
        return new RequestLimits(requestsPerSecond, atOnceAfterAPause, mostAtOnce, timeout, leastBytesPerSecond);
    }

    /** The same with another bound on what is worked on at the same time. */
    public RequestLimits withMostAtOnce(int requests) {
        return new RequestLimits(perSecond, burst, requests, timeout, leastBytesPerSecond);
    }

    /** The same with another time for one request. */
    public RequestLimits withTimeout(Duration longest) {
        return new RequestLimits(perSecond, burst, mostAtOnce, longest, leastBytesPerSecond);
    }

    /** The same with another slowest speed of bodies. */
    public RequestLimits withLeastBytesPerSecond(int bytes) {
        return new RequestLimits(perSecond, burst, mostAtOnce, timeout, bytes);
    }

    private static void requireBetween(String setting, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(setting + " is " + value + "; set between " + least + " and " + most);
        }
    }
}
