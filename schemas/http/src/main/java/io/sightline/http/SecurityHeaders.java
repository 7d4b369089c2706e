package io.sightline.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Puts the headers on every answer that keep browsers from doing more with it than is meant; routes may change them. */
final class SecurityHeaders extends Handler.Wrapper {

    static final String POLICY = "Content-Security-Policy";

    private static final String ONE_YEAR = "max-age=31536000";
    private static final String NO_FEATURES =
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        put(response.getHeaders(), request.isSecure());
        return super.handle(request, response, callback);
    }

    static void put(HttpFields.Mutable headers, boolean tls) {
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put(POLICY, ContentPolicy.DATA.value());
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Permissions-Policy", NO_FEATURES);
        headers.put("Cache-Control", "no-store");
        if (tls) {
            headers.put("Strict-Transport-Security", ONE_YEAR);
        }
    }
}
