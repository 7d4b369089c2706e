package io.sightline.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failure as {@code {"error": {"type", "message"}}}, always as JSON. */
final class ApiErrors {

    private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);
    private static final String RETRY_AFTER = "Retry-After";
    private static final String RETRY_AFTER_SECONDS = "2";
    private static final long MOST_DROPPED_BYTES = 64L * 1024 * 1024;

    private ApiErrors() {}

    static void register(RoutesConfig routes) {
        routes.exception(ApiException.class, ApiErrors::answer);
        routes.exception(HttpResponseException.class, ApiErrors::answer);
        routes.exception(Exception.class, ApiErrors::answer);
    }

    /** Whether a body could not be read because it did not come in time. */
    static boolean isTimeout(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TimeoutException) {
                return true;
            }
        }
        return false;
    }

    static ApiException tooSlow() {
        return new ApiException(
                408, "request-timeout", "the body came too slowly, or not at all; send the request again, faster");
    }

    private static void answer(ApiException failure, Context context) {
        answer(context, failure.status(), failure.type(), String.valueOf(failure.getMessage()));
    }

    private static void answer(HttpResponseException failure, Context context) {
        String type = JsonErrors.type(failure.getStatus());
        answer(context, failure.getStatus(), type, String.valueOf(failure.getMessage()));
    }

    private static void answer(Exception failure, Context context) {
        if (isTimeout(failure)) {
            answer(tooSlow(), context);
            return;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException http && http.getCode() < 500) {
                answer(context, http.getCode(), JsonErrors.type(http.getCode()), String.valueOf(cause.getMessage()));
                return;
            }
        }
        LOG.error("{} {} failed", context.method(), Printable.of(context.path()), failure);
        answer(context, 500, "internal", "this should not have happened; the server's log says more");
    }

    static void answer(Context context, int status, String type, String message) {
        if (status == 503) {
            context.header(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        // A body that is slow to come, or never does, keeps nobody else out.
        RequestSlots.release(context);
        if (!(isKnown(context) ? isReadToItsEnd(context) : isThere(context))) {
            // The connection ends with the answer. A client that is not told so sends its next request into it.
            context.header("Connection", "close");
        }
        context.status(status).json(Map.of("error", Map.of("type", type, "message", message)));
    }

    private static boolean isKnown(Context context) {
        Caller caller = Caller.of(context);
        return caller.isNamed() || caller.equals(Caller.ANYONE);
    }

    /** Drops what has come of a body. For the rest of what a stranger sends nobody waits. */
    private static boolean isThere(Context context) {
        return !hasBody(context)
                || ServletContextRequest.getServletContextRequest(context.req())
                        .getHttpInput()
                        .consumeAvailable();
    }

    private static boolean hasBody(Context context) {
        return context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null;
    }

    /**
     * Reads, and drops, what is left of a body: a client that is still sending when its connection is closed loses the
     * answer. Of a body without end only so much.
     */
    private static boolean isReadToItsEnd(Context context) {
        if (!hasBody(context)) {
            return true;
        }
        try {
            InputStream in = context.req().getInputStream();
            byte[] dropped = new byte[64 * 1024];
            long left = MOST_DROPPED_BYTES;
            int read = 0;
            while (read >= 0 && left > 0) {
                read = in.read(dropped);
                left -= read;
            }
            return read < 0 && !context.isMultipart();
        } catch (IOException | RuntimeException e) {
            // A body that broke while it was parsed cannot be read on.
            LOG.debug("the rest of a body is not read: {}", e.toString());
            return false;
        }
    }
}
