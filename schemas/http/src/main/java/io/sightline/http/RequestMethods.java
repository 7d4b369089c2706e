package io.sightline.http;

import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets requests through whose method routes may have, and which mean what their first line says. Javalin would route by
 * the header {@value #OVERRIDE}, and what others than it take for a reading request would change something. What is refused
 * here is not measured: strangers may not invent names of meters.
 */
final class RequestMethods extends Handler.Wrapper {

    private static final String OVERRIDE = "X-HTTP-Method-Override";
    private static final List<String> KNOWN = List.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getHeaders().contains(OVERRIDE)) {
            String message = "the header " + OVERRIDE + " is not taken: send the request with the method that you mean";
            JsonErrors.write(request, response, 400, message, callback);
            return true;
        }
        if (!KNOWN.contains(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, String.join(", ", KNOWN));
            JsonErrors.write(request, response, 405, "no route has this method; see the header Allow", callback);
            return true;
        }
        return super.handle(request, response, callback);
    }
}
