package io.sightline.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Times requests, {@code sightline.http.requests} by service, method, route template and class of status (429 is one of its
 * own), and makes each a span that continues the trace of its {@code traceparent}. A GET begins no trace: probes, scrapes and
 * pages that look again and again would fill the traces. While a request is handled, its log lines carry its trace.
 * Thread-safe.
 */
public final class HttpTelemetry {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(10)
    };

    private static final String STARTED = "sightline.http.started";
    private static final String SPAN = "sightline.http.span";
    private static final String TRACE_ID = "trace_id";
    private static final String SPAN_ID = "span_id";
    private static final String NO_ROUTE = "none";
    private static final TextMapGetter<io.javalin.http.Context> HEADERS = new RequestHeaders();

    private final String service;
    private final MeterRegistry meters;
    private final Tracer tracer;
    private final Map<Kind, Timer> timers = new ConcurrentHashMap<>();

    /**
     * Measures nothing yet.
     *
     * @param service whose server this is, for instance {@code ingest}
     */
    public HttpTelemetry(String service, MeterRegistry meters, OpenTelemetry traces) {
        this.service = service;
        this.meters = meters;
        this.tracer = traces.getTracer("io.sightline.http");
    }

    /** Measures the requests of a server from now on. */
    public void register(RoutesConfig routes) {
        routes.before(this::begin);
        routes.after(this::end);
    }

    /** The trace that a request is part of; {@link Context#root()} if it is part of none. */
    public static Context trace(io.javalin.http.Context request) {
        @Nullable Span span = request.attribute(SPAN);
        return span == null ? Context.root() : Context.root().with(span);
    }

    private record Kind(String route, String method, String status) {}

    private void begin(io.javalin.http.Context request) {
        request.attribute(STARTED, System.nanoTime());
        Context caller = W3CTraceContextPropagator.getInstance().extract(Context.root(), request, HEADERS);
        boolean continues = Span.fromContext(caller).getSpanContext().isValid();
        if (!continues && request.method().equals(HandlerType.GET)) {
            return;
        }
        Span span = tracer.spanBuilder(request.method().name())
                .setSpanKind(SpanKind.SERVER)
                .setParent(caller)
                .startSpan();
        SpanContext made = span.getSpanContext();
        if (made.isValid()) {
            request.attribute(SPAN, span);
            MDC.put(TRACE_ID, made.getTraceId());
            MDC.put(SPAN_ID, made.getSpanId());
        }
    }

    private void end(io.javalin.http.Context request) {
        @Nullable Endpoint endpoint = request.endpoints().matchedHttpEndpoint();
        String route = endpoint == null ? NO_ROUTE : endpoint.path;
        String method = request.method().name();
        int status = request.statusCode();
        if (!isStream(request)) {
            // One that was refused before it came here was answered at once.
            @Nullable Long started = request.attribute(STARTED);
            Duration took = started == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - started);
            timers.computeIfAbsent(new Kind(route, method, statusClass(status)), this::timer)
                    .record(took);
        }
        @Nullable Span span = request.attribute(SPAN);
        if (span != null) {
            span.updateName(method + " " + route)
                    .setAttribute("http.request.method", method)
                    .setAttribute("http.route", route)
                    .setAttribute("http.response.status_code", status);
            if (status >= 500) {
                span.setStatus(StatusCode.ERROR);
            }
            span.end();
            MDC.remove(TRACE_ID);
            MDC.remove(SPAN_ID);
        }
    }

    /** Events are sent for as long as somebody listens: that is no latency. */
    private static boolean isStream(io.javalin.http.Context request) {
        String type = request.res().getContentType();
        return type != null && type.startsWith("text/event-stream");
    }

    private static String statusClass(int status) {
        return status == 429 ? "429" : status / 100 + "xx";
    }

    private Timer timer(Kind kind) {
        return Timer.builder("sightline.http.requests")
                .description("Requests, by what became of them")
                .serviceLevelObjectives(BUCKETS)
                .tags("service", service, "method", kind.method, "route", kind.route, "status", kind.status)
                .register(meters);
    }

    private static final class RequestHeaders implements TextMapGetter<io.javalin.http.Context> {

        @Override
        @SuppressWarnings("deprecation") // Not implemented by default.
        public Iterable<String> keys(io.javalin.http.Context request) {
            return request.headerMap().keySet();
        }

        @Override
        public @Nullable String get(io.javalin.http.@Nullable Context request, String key) {
            return request == null ? null : request.header(key);
        }
    }
}
