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
import io.javalin.json.JavalinJackson;
import io.javalin.router.Endpoint;
import io.javalin.router.ParsedEndpoint;
import io.javalin.security.Roles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
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

    private final Javalin javalin;
    private final Listener listener;
    private final String host;
    private final boolean tls;
    private final GracefulStop end;

    private ApiServer(Javalin javalin, Listener listener, HttpSettings settings, GracefulStop end) {
        this.javalin = javalin;
        this.listener = listener;
        this.host = settings.host();
        this.tls = settings.tls() != null;
        this.end = end;
    }

    /**
     * Starts a server.
     *
     * @param settings how it is reached, and by whom
     * @param maxRequestBytes longest body that is taken at all
     * @throws io.javalin.util.JavalinBindException if the port is taken
     * @throws UnprotectedServerException if other machines would reach it, and it asks nobody who they are
     * @throws IllegalStateException if a route does not say its {@link Scope}
     * @throws java.io.UncheckedIOException if the API keys or the certificate cannot be read
     */
    public static ApiServer start(HttpSettings settings, long maxRequestBytes, Consumer<RoutesConfig> routes) {
        requireProtection(settings);
        AuditLog audit = new AuditLog();
        Authentication authentication = new Authentication(settings.access(), Clock.systemUTC());
        Listener listener = new Listener(settings);
        GracefulStop end = new GracefulStop();
        Javalin javalin = Javalin.create(config -> {
            config.concurrency.useVirtualThreads = true;
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.http.maxRequestSize = maxRequestBytes;
            config.jetty.multipartConfig.maxFileSize(maxRequestBytes, SizeUnit.BYTES);
            config.jetty.multipartConfig.maxTotalRequestSize(maxRequestBytes, SizeUnit.BYTES);
            config.http.prefer405over404 = true;
            config.jsonMapper(new JavalinJackson(JSON, true));
            listener.configure(config);
            end.prepare(config);
            ApiErrors.register(config.routes);
            new Gate(
                            authentication,
                            settings.limits(),
                            listener.congestion(),
                            audit,
                            () -> config.unsafe.internalRouter)
                    .register(config.routes);
            new SessionRoutes(authentication, audit, settings.isHttps()).register(config.routes);
            routes.accept(config.routes);
        });
        try {
            requireScopes(javalin);
            javalin.start();
        } catch (RuntimeException e) {
            listener.close();
            throw e;
        }
        listener.startUpkeep();
        return new ApiServer(javalin, listener, settings, end);
    }

    private static void requireProtection(HttpSettings settings) {
        if (Loopback.isName(settings.host())) {
            return;
        }
        if (!settings.access().isRequired()) {
            throw new UnprotectedServerException(settings.host());
        }
        if (!settings.isHttps()) {
            LOG.warn(
                    "the server on {} answers http: keys and images can be read on their way; set"
                            + " sightline.http.tls.certificate and sightline.http.tls.key, or sightline.http.tls.proxy if a proxy"
                            + " before it answers https",
                    settings.host());
        }
    }

    private static void requireScopes(Javalin javalin) {
        for (ParsedEndpoint route : javalin.unsafe.internalRouter.allHttpHandlers()) {
            Endpoint endpoint = route.endpoint;
            Roles roles = endpoint.metadata(Roles.class);
            boolean scoped = roles != null
                    && !roles.getRoles().isEmpty()
                    && roles.getRoles().stream().allMatch(Scope.class::isInstance);
            if (endpoint.method.isHttpMethod() && !scoped) {
                throw new IllegalStateException("the route " + endpoint.method.name() + " " + endpoint.path
                        + " does not say whom it is for: give it a Scope");
            }
        }
    }

    /** Address of the server. */
    public String url() {
        String address = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return (tls ? "https://" : "http://") + address + ":" + javalin.port();
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
        listener.close();
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
            if (ApiErrors.isTimeout(e)) {
                throw ApiErrors.tooSlow();
            }
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

    /** Answers a request with an error; with 503, also when to try again. */
    public static void answer(Context context, int status, String type, String message) {
        ApiErrors.answer(context, status, type, message);
    }
}
