package io.sightline.embedder.payload;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of the list of allowed hosts. Immutable.
 *
 * @param name lower-case name, or the name that others must lie below
 * @param below whether names below it are meant, instead of itself
 * @param port -1 for the scheme's own
 */
record AllowedHost(String name, boolean below, int port) {

    private static final Pattern ENTRY = Pattern.compile("(\\*\\.)?([a-z0-9.-]+|\\[[0-9a-f:.]+])(?::([0-9]{1,5}))?");
    private static final int LARGEST_PORT = 65_535;

    /**
     * Parses an entry.
     *
     * @throws IllegalArgumentException naming the entry
     */
    static AllowedHost parse(String entry) {
        Matcher matcher = ENTRY.matcher(entry);
        if (!matcher.matches()) {
            throw malformed(entry);
        }
        int port = matcher.group(3) == null ? -1 : Integer.parseInt(matcher.group(3));
        if (port == 0 || port > LARGEST_PORT) {
            throw malformed(entry);
        }
        return new AllowedHost(matcher.group(2), matcher.group(1) != null, port);
    }

    /** Whether a lower-case host and a port are allowed by this entry, where the scheme's own port is the given one. */
    boolean allows(String host, int hostPort, int defaultPort) {
        boolean named = below ? host.endsWith("." + name) : host.equals(name);
        return named && hostPort == (port == -1 ? defaultPort : port);
    }

    private static IllegalArgumentException malformed(String entry) {
        return new IllegalArgumentException("allowed host '" + entry
                + "' is not a lower-case name such as images.example.org, images.example.org:8443 or *.example.org");
    }
}
