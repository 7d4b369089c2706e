package io.sightline.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What is answered to requests that are no proper HTTP, so that no route sees them. Says nothing of what they hold. */
final class JsonErrors extends ErrorHandler {

    private static final String JSON = "application/json";

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        SecurityHeaders.put(response.getHeaders(), request.isSecure());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
        response.write(true, body(code, message(code)), callback);
    }

    /** Refuses a request before any route sees it, and without waiting for its body. */
    static void write(Request request, Response response, int status, String message, Callback callback) {
        if (!request.consumeAvailable()) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
        response.write(true, body(status, message), callback);
    }

    private static String message(int status) {
        return switch (status) {
            case 408 -> "the request did not arrive in time; send it again";
            case 414 -> "the address of the request is too long";
            case 431 -> "the headers of the request are too long";
            case 500 -> "this should not have happened; the server's log says more";
            default -> "the request is no proper HTTP, or its address has what no address may have";
        };
    }

    private static ByteBuffer body(int status, String message) {
        String type = type(status);
        try {
            return ByteBuffer.wrap(
                    ApiServer.JSON.writeValueAsBytes(Map.of("error", Map.of("type", type, "message", message))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("two words are always JSON", e);
        }
    }

    static String type(int status) {
        return switch (status) {
            case 404 -> "no-such-route";
            case 405 -> "method-not-allowed";
            case 408 -> "request-timeout";
            case 413 -> "oversize";
            case 414 -> "address-too-long";
            case 431 -> "headers-too-long";
            default -> status < 500 ? "bad-request" : "internal";
        };
    }
}
