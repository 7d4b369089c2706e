package io.sightline.schemas.tracing;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Carries a trace in the headers of Kafka records, as W3C {@code traceparent} and {@code tracestate}, and makes spans of
 * what is done about them. Without a trace in the headers nothing is made: records of a stream do not begin traces of their
 * own. Immutable, thread-safe.
 */
public final class Tracing {

    /** Makes no spans, and passes on the trace that a record carries. */
    public static final Tracing NONE = new Tracing(OpenTelemetry.noop());

    private static final TextMapPropagator W3C = W3CTraceContextPropagator.getInstance();
    private static final TextMapGetter<Headers> HEADERS = new RecordHeaders();
    private static final String SCOPE = "io.sightline";

    private final Tracer tracer;

    /** Spans go where this sends them. */
    public Tracing(OpenTelemetry openTelemetry) {
        this.tracer = openTelemetry.getTracer(SCOPE);
    }

    /** The trace that a record is part of; {@link Context#root()} if it is part of none, or of a malformed one. */
    public static Context read(Headers headers) {
        return headers.lastHeader("traceparent") == null
                ? Context.root()
                : W3C.extract(Context.root(), headers, HEADERS);
    }

    /** Makes a record part of a trace, in the place of one that it was part of; of none if there is none. */
    public static void write(Context trace, Headers headers) {
        W3C.inject(trace, headers, (carrier, key, value) -> {
            if (carrier != null) {
                carrier.remove(key);
                carrier.add(key, value.getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** The span that a trace has come to; invalid if there is no trace. */
    public static SpanContext spanOf(Context trace) {
        return Span.fromContext(trace).getSpanContext();
    }

    /** The id of a trace, 32 hex digits; {@code none} if there is no trace. */
    public static String traceId(Context trace) {
        SpanContext span = spanOf(trace);
        return span.isValid() ? span.getTraceId() : "none";
    }

    /** The next span of a trace; an invalid one, which costs nothing, if there is no trace. To be ended by the caller. */
    public Span proceed(String name, SpanKind kind, Context trace) {
        return spanOf(trace).isValid()
                ? tracer.spanBuilder(name).setSpanKind(kind).setParent(trace).startSpan()
                : Span.getInvalid();
    }

    /**
     * A span of its own of something that is done for several at once; invalid unless one of them is recorded. To be ended
     * by the caller.
     */
    public Span together(String name, List<Span> spans) {
        List<SpanContext> recorded = spans.stream()
                .filter(Span::isRecording)
                .map(Span::getSpanContext)
                .toList();
        if (recorded.isEmpty()) {
            return Span.getInvalid();
        }
        var builder = tracer.spanBuilder(name).setNoParent();
        recorded.forEach(builder::addLink);
        return builder.startSpan();
    }

    private static final class RecordHeaders implements TextMapGetter<Headers> {

        @Override
        @SuppressWarnings("deprecation") // Not implemented by default.
        public Iterable<String> keys(Headers headers) {
            List<String> keys = new ArrayList<>();
            headers.forEach(header -> keys.add(header.key()));
            return keys;
        }

        @Override
        public @Nullable String get(@Nullable Headers headers, String key) {
            Header header = headers == null ? null : headers.lastHeader(key);
            return header == null || header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8);
        }
    }
}
