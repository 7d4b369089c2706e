package io.sightline.embedder.payload;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a URL asks for, taken apart once: what was checked is what is connected to and sent. Immutable.
 *
 * @param scheme lower-case, {@code http} or {@code https}
 * @param host lower-case name or literal address; an IPv6 address in brackets
 * @param port 1 to 65,535
 * @param path path and query, ASCII, at least a slash
 */
record UrlTarget(String scheme, String host, int port, String path) {

    /**
     * Takes a URL apart.
     *
     * @throws URISyntaxException if it is not an absolute http or https URL with a plain host and no user info
     */
    static UrlTarget parse(String url) throws URISyntaxException {
        URI uri = new URI(new URI(url).toASCIIString()); // What is sent has no other characters.
        String scheme = lower(uri.getScheme());
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw new URISyntaxException(url, "it is no http or https URL");
        }
        if (uri.getRawUserInfo() != null) {
            throw new URISyntaxException(url, "it carries user info");
        }
        if (uri.getHost() == null) {
            throw new URISyntaxException(url, "it has no plain host name");
        }
        int port = uri.getPort() == -1 ? defaultPort(scheme) : uri.getPort();
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new UrlTarget(scheme, lower(uri.getHost()), port, path + query);
    }

    /** Where a redirect from here leads, a relative one included. */
    UrlTarget redirectedTo(String location) throws URISyntaxException {
        return parse(new URI(toString()).resolve(new URI(location)).toString());
    }

    boolean isTls() {
        return scheme.equals("https");
    }

    boolean isAllowedBy(AllowedHost entry) {
        return entry.allows(host, port, defaultPort(scheme));
    }

    /** The host as name services and certificates know it: without the brackets of an IPv6 address. */
    String bareHost() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Value of the {@code Host} header. */
    String authority() {
        return port == defaultPort(scheme) ? host : host + ":" + port;
    }

    @Override
    public String toString() {
        return scheme + "://" + authority() + path;
    }

    private static int defaultPort(String scheme) {
        return scheme.equals("https") ? 443 : 80;
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
