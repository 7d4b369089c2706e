package io.sightline.schemas.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class TracingTest {

    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @Test
    void shouldPassOnWhatARecordCarries() {
        Headers out = new RecordHeaders();

        Tracing.write(Tracing.read(headers(PARENT)), out);
        Tracing.write(Tracing.read(headers(PARENT)), out);

        assertThat(out.headers("traceparent"))
                .singleElement()
                .satisfies(header -> assertThat(header.value()).asString().isEqualTo(PARENT));
    }

    @Test
    void shouldMakeNothingOfNoTraceOrAMalformedOne() {
        for (Headers in : new Headers[] {new RecordHeaders(), headers("nonsense"), headers("00-00-00-00")}) {
            Headers out = new RecordHeaders();
            Context trace = Tracing.read(in);

            Tracing.write(trace, out);

            assertThat(out).isEmpty();
            assertThat(Tracing.traceId(trace)).isEqualTo("none");
            assertThat(Tracing.NONE
                            .proceed("anything", SpanKind.CONSUMER, trace)
                            .getSpanContext()
                            .isValid())
                    .isFalse();
        }
    }

    @Test
    void shouldStayInTheTraceWithoutAnSdk() {
        Context trace = Tracing.read(headers(PARENT));

        assertThat(Tracing.traceId(trace)).isEqualTo("0af7651916cd43dd8448eb211c80319c");
        assertThat(Tracing.NONE.proceed("embed", SpanKind.CONSUMER, trace).getSpanContext())
                .isEqualTo(Tracing.spanOf(trace));
    }

    private static Headers headers(String traceparent) {
        return new RecordHeaders().add("traceparent", traceparent.getBytes(StandardCharsets.UTF_8));
    }
}
