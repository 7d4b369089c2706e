package io.sightline.embedder.payload;

import io.sightline.embedder.image.ImageLimits;
import java.time.Duration;
import java.util.Set;

/**
 * Where payloads lie that are too large for an event, and how they are read. All services must name the same location.
 * Immutable.
 *
 * @param location a folder, or a URI of any installed file system provider, for instance {@code s3://bucket/payloads}
 * @param inlineMaxBytes the largest image that ingest writes into its event; 0 stores all of them
 * @param cacheBytes bytes of payloads that a process keeps in memory; 0 keeps none
 * @param allowedHosts whose payloads are fetched by URL, see {@link UrlFetchSettings#hosts()}; none turns that off
 * @param fetchFor total time after which such a payload is given up, see {@link UrlFetchSettings#giveUpAfter()}
 */
public record PayloadSettings(
        String location, int inlineMaxBytes, long cacheBytes, Set<String> allowedHosts, Duration fetchFor) {

    /** 512 KiB. */
    public static final int DEFAULT_INLINE_MAX_BYTES = 512 * 1024;

    private static final long DEFAULT_CACHE_BYTES = 64L * 1024 * 1024;

    /**
     * Checks the values, but not that anything is there.
     *
     * @throws IllegalArgumentException naming the setting
     */
    public PayloadSettings {
        if (inlineMaxBytes < 0 || cacheBytes < 0) {
            throw new IllegalArgumentException("payload settings must not be negative: inline.max-bytes "
                    + inlineMaxBytes + ", cache bytes " + cacheBytes);
        }
        allowedHosts = Set.copyOf(allowedHosts);
        allowedHosts.forEach(AllowedHost::parse);
        UrlFetchSettings.requireGiveUpAfter(fetchFor);
    }

    /** A location; images of up to 512 KiB inline, 64 MiB in memory, nothing by URL. */
    public static PayloadSettings at(String location) {
        return new PayloadSettings(
                location,
                DEFAULT_INLINE_MAX_BYTES,
                DEFAULT_CACHE_BYTES,
                Set.of(),
                UrlFetchSettings.DEFAULT_GIVE_UP_AFTER);
    }

    /** The same with another limit on what is inline. */
    public PayloadSettings withInlineMaxBytes(int bytes) {
        return new PayloadSettings(location, bytes, cacheBytes, allowedHosts, fetchFor);
    }

    /** The same, fetching by URL from these hosts. */
    public PayloadSettings withAllowedHosts(Set<String> hosts) {
        return new PayloadSettings(location, inlineMaxBytes, cacheBytes, hosts, fetchFor);
    }

    /** The same, giving up what is fetched by URL after another time. */
    public PayloadSettings withFetchFor(Duration time) {
        return new PayloadSettings(location, inlineMaxBytes, cacheBytes, allowedHosts, time);
    }

    /**
     * The store as ingest writes it. A local folder is made.
     *
     * @throws IllegalArgumentException if the location cannot be used
     * @throws java.io.UncheckedIOException if the folder cannot be made
     */
    public PayloadStore openStore() {
        return store().create();
    }

    /**
     * What reads from the store, and by URL if that is on. Nothing is read yet.
     *
     * @throws IllegalArgumentException if the location cannot be used
     */
    public PayloadReader openReader() {
        UrlFetcher urls = allowedHosts.isEmpty()
                ? null
                : new UrlFetcher(UrlFetchSettings.https(allowedHosts).withGiveUpAfter(fetchFor));
        return new PayloadReader(store(), urls, cacheBytes);
    }

    private PayloadStore store() {
        return PayloadStore.open(location, ImageLimits.DEFAULT.maxBytes());
    }
}
