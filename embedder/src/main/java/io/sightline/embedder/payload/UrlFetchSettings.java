package io.sightline.embedder.payload;

import io.sightline.embedder.image.ImageLimits;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * What may be fetched by URL. Immutable.
 *
 * @param schemes {@code https}, and {@code http} only where the network is trusted
 * @param hosts lower-case names, each with the port if it is not the scheme's own: {@code images.example.org},
 *     {@code images.example.org:8443}, or {@code *.example.org} for every name below {@code example.org}
 * @param maxBytes the largest payload that is fetched
 * @param timeout of one payload, from connecting to the last byte, all redirects included; name resolution is left to
 *     the operating system's own timeout
 * @param giveUpAfter total time of one payload over all tries, after which it is given up; a try that has begun ends by
 *     its own timeout. Together they should stay below the 60 s that a lane waits for one image
 */
public record UrlFetchSettings(
        Set<String> schemes, Set<String> hosts, long maxBytes, Duration timeout, Duration giveUpAfter) {

    /** 30 s: three tries of a host that says nothing. */
    public static final Duration DEFAULT_GIVE_UP_AFTER = Duration.ofSeconds(30);

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_GIVE_UP_AFTER = Duration.ofDays(1);
    private static final Set<String> KNOWN_SCHEMES = Set.of("http", "https");

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public UrlFetchSettings {
        schemes = Set.copyOf(schemes);
        hosts = Set.copyOf(hosts);
        if (schemes.isEmpty() || !KNOWN_SCHEMES.containsAll(schemes)) {
            throw new IllegalArgumentException(
                    "URL schemes must be https, http or both, not " + new TreeSet<>(schemes));
        }
        if (hosts.isEmpty()) {
            throw new IllegalArgumentException("no host is allowed: name one, or leave fetching by URL off");
        }
        hosts.forEach(AllowedHost::parse);
        if (maxBytes < 1 || maxBytes > ReferenceCheck.LARGEST_ARRAY) {
            throw new IllegalArgumentException(
                    "URL limit maxBytes must be 1 to " + ReferenceCheck.LARGEST_ARRAY + ", not " + maxBytes);
        }
        if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the URL timeout must be 1 ms to 24 days, not " + timeout);
        }
        requireGiveUpAfter(giveUpAfter);
    }

    static void requireGiveUpAfter(Duration time) {
        if (time.isNegative() || time.compareTo(LONGEST_GIVE_UP_AFTER) > 0) {
            throw new IllegalArgumentException("payloads by URL must be given up after 0 s to 1 day, not " + time);
        }
    }

    /** {@code https} from these hosts, as large as images may be, within 10 s, given up after 30 s. */
    public static UrlFetchSettings https(Set<String> hosts) {
        return new UrlFetchSettings(
                Set.of("https"), hosts, ImageLimits.DEFAULT.maxBytes(), DEFAULT_TIMEOUT, DEFAULT_GIVE_UP_AFTER);
    }

    /** The same, given up after another time. */
    public UrlFetchSettings withGiveUpAfter(Duration other) {
        return new UrlFetchSettings(schemes, hosts, maxBytes, timeout, other);
    }
}
