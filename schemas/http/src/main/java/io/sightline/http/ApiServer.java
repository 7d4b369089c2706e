package io.sightline.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.json.JavalinJackson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server on virtual threads that answers every error as {@code {"error": {"type", "message"}}}. Close it
 * once; thread-safe otherwise.
 */
public final class ApiServer implements Drainable, AutoCloseable {

    /** Reads and writes the bodies: unknown properties are errors, times are ISO-8601. */
    public static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

    private static final String RETRY_AFTER_SECONDS = "2";
    private static final long MOST_DROPPED_BYTES = 64L * 1024 * 1024;

    private final Javalin javalin;
    private final String host;
    private final GracefulStop end;

    private ApiServer(Javalin javalin, String host, GracefulStop end) {
        this.javalin = javalin;
        this.host = host;
        this.end = end;
    }

    /**
     * Starts a server.
     *
     * @param settings how it is reached
     * @param maxRequestBytes longest body that is taken at all
     * @throws io.javalin.util.JavalinBindException if the port is taken
     */
    public static ApiServer start(HttpSettings settings, long maxRequestBytes, Consumer<RoutesConfig> routes) {
        GracefulStop end = new GracefulStop();
        Javalin javalin = Javalin.create(config -> {
            end.prepare(config);
            config.concurrency.useVirtualThreads = true;
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.http.maxRequestSize = maxRequestBytes;
            config.jetty.multipartConfig.maxFileSize(maxRequestBytes, SizeUnit.BYTES);
            config.jetty.multipartConfig.maxTotalRequestSize(maxRequestBytes, SizeUnit.BYTES);
            config.http.prefer405over404 = true;
            config.jsonMapper(new JavalinJackson(JSON, true));
            config.routes.exception(ApiException.class, ApiServer::answer);
            config.routes.exception(HttpResponseException.class, ApiServer::answer);
            config.routes.exception(Exception.class, ApiServer::answer);
            routes.accept(config.routes);
        });
        javalin.start(settings.host(), settings.port());
        return new ApiServer(javalin, settings.host(), end);
    }

    /** Address of the server. */
    public String url() {
        return "http://" + host + ":" + javalin.port();
    }

    /** The routes that it has, in their order, for instance {@code GET /v1/images/{id}}. */
    public List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(route -> route.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .map(endpoint -> endpoint.method.name() + " "
                        + endpoint.path.replace('<', '{').replace('>', '}'))
                .toList();
    }

    @Override
    public void drain(Duration longest) {
        end.drain(javalin, longest);
    }

    /** Takes no request any more, and returns when those that are under way have been answered. */
    @Override
    public void close() {
        end.stop(javalin);
    }

    /**
     * Reads a whole body.
     *
     * @throws ApiException 413 {@code oversize} if it is longer than the limit
     */
    public static byte[] body(Context context, long limit) {
        requireLength(context, limit);
        try (InputStream in = context.bodyInputStream()) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                if (out.size() > limit) {
                    throw oversize(out.size(), limit);
                }
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new ApiException(400, "broken-request", "the body could not be read: " + e.getMessage());
        }
    }

    /**
     * Refuses a body that says that it is too long, before any of it is read.
     *
     * @throws ApiException 413 {@code oversize}
     */
    public static void requireLength(Context context, long limit) {
        if (context.req().getContentLengthLong() > limit) {
            throw oversize(context.req().getContentLengthLong(), limit);
        }
    }

    /**
     * Reads a JSON body.
     *
     * @throws ApiException 400 {@code broken-json} if it is not what it should be
     */
    public static <T> T json(Context context, Class<T> type, long limit) {
        byte[] body = body(context, limit);
        try {
            T value = JSON.readValue(body, type);
            if (value == null) {
                throw new ApiException(400, "broken-json", "the body is null; send a JSON object");
            }
            return value;
        } catch (JsonMappingException e) {
            throw new ApiException(400, "broken-json", "the JSON does not fit: " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            throw new ApiException(400, "broken-json", "the body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new ApiException(400, "broken-json", "the body is not JSON: " + e.getMessage());
        }
    }

    private static ApiException oversize(long bytes, long limit) {
        return new ApiException(
                413, "oversize", "the body has " + bytes + " bytes or more; at most " + limit + " are accepted");
    }

    private static void answer(ApiException failure, Context context) {
        answer(context, failure.status(), failure.type(), String.valueOf(failure.getMessage()));
    }

    private static void answer(HttpResponseException failure, Context context) {
        String type = switch (failure.getStatus()) {
            case 404 -> "no-such-route";
            case 405 -> "method-not-allowed";
            case 413 -> "oversize";
            default -> "bad-request";
        };
        answer(context, failure.getStatus(), type, String.valueOf(failure.getMessage()));
    }

    private static void answer(Exception failure, Context context) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException http && http.getCode() < 500) {
                String type = http.getCode() == 413 ? "oversize" : "bad-request";
                answer(context, http.getCode(), type, String.valueOf(cause.getMessage()));
                return;
            }
        }
        LOG.error("{} {} failed", context.method(), context.path(), failure);
        answer(context, 500, "internal", "this should not have happened; the server's log says more");
    }

    /** Answers a request with an error; with 503, also when to try again. */
    public static void answer(Context context, int status, String type, String message) {
        if (status == 503) {
            context.header("Retry-After", RETRY_AFTER_SECONDS);
        }
        if (!isReadToItsEnd(context)) {
            // The connection ends with the answer. A client that is not told so sends its next request into it.
            context.header("Connection", "close");
        }
        context.status(status).json(Map.of("error", Map.of("type", type, "message", message)));
    }

    /**
     * Reads, and drops, what is left of a body: a client that is still sending when its connection is closed loses the
     * answer. Of a body without end only so much.
     */
    private static boolean isReadToItsEnd(Context context) {
        boolean hasBody = context.req().getContentLengthLong() > 0 || context.header("Transfer-Encoding") != null;
        if (!hasBody) {
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
