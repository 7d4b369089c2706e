package io.sightline.http;

import io.javalin.http.Context;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request was meant for this server by whoever sat before the browser, if a browser sent it. A page of another
 * site may neither change anything, nor, where nobody signs in, reach this server under a name that it made point here.
 */
final class RequestOrigins {

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final boolean loopbackNamesOnly;

    /**
     * Sets what is asked.
     *
     * @param loopbackNamesOnly whether the {@code Host} of every request has to be this machine
     */
    RequestOrigins(boolean loopbackNamesOnly) {
        this.loopbackNamesOnly = loopbackNamesOnly;
    }

    static boolean changesSomething(Context context) {
        return !READING.contains(context.method().name());
    }

    /**
     * Checks a request.
     *
     * @throws ApiException 403 {@code wrong-host} or {@code cross-origin}
     */
    void require(Context context) {
        String host = context.header("Host");
        if (loopbackNamesOnly && host != null && !Loopback.isHostHeader(host)) {
            throw new ApiException(
                    403,
                    "wrong-host",
                    "this server is open to its own machine only, as localhost or 127.0.0.1; to reach it under another"
                            + " name, have it ask for API keys");
        }
        if (changesSomething(context) && !isOwn(context, host)) {
            throw new ApiException(
                    403,
                    "cross-origin",
                    "pages of other sites may not change anything here; send it from this server's own");
        }
    }

    private static boolean isOwn(Context context, @Nullable String host) {
        String site = context.header("Sec-Fetch-Site");
        if (site != null && !OWN_SITES.contains(site)) {
            return false;
        }
        String origin = context.header("Origin");
        return origin == null || (host != null && isSame(origin, host));
    }

    private static boolean isSame(String origin, String host) {
        try {
            URI uri = new URI(origin);
            String scheme = String.valueOf(uri.getScheme());
            return uri.getRawAuthority() != null
                    && withoutUsualPort(uri.getRawAuthority(), scheme).equals(withoutUsualPort(host, scheme));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String withoutUsualPort(String authority, String scheme) {
        String usual = scheme.equals("https") ? ":443" : ":80";
        String lower = authority.toLowerCase(Locale.ROOT);
        return lower.endsWith(usual) ? lower.substring(0, lower.length() - usual.length()) : lower;
    }
}
