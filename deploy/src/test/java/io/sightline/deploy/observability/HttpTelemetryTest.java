package io.sightline.deploy.observability;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Timer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.http.HttpSettings;
import io.sightline.http.Scope;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class HttpTelemetryTest {

    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .build();
    private final Telemetry telemetry = new Telemetry(sdk);
    private final ApiServer server = ApiServer.start(HttpSettings.loopback(0), 1024, routes -> {
        telemetry.register("test", routes, List::of, List::of);
        routes.get("/things/{id}", context -> context.result(String.valueOf(MDC.get("trace_id"))), Scope.OPEN);
        routes.post("/things/{id}", context -> context.result(String.valueOf(MDC.get("trace_id"))), Scope.OPEN);
        routes.get(
                "/full",
                context -> {
                    throw new ApiException(429, "too-many-requests", "later");
                },
                Scope.OPEN);
        routes.post(
                "/broken",
                context -> {
                    throw new IllegalStateException("broken");
                },
                Scope.OPEN);
    });
    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        http.shutdownNow();
        server.close();
        telemetry.close();
        sdk.close();
    }

    @Test
    void shouldCountByTemplateMethodAndClassOfStatus() throws Exception {
        send("GET", "/things/1");
        send("GET", "/things/2");
        send("GET", "/full");
        send("GET", "/nowhere/" + "x".repeat(10));
        send("POST", "/broken");

        assertThat(timer("/things/{id}", "GET", "2xx").count()).isEqualTo(2);
        assertThat(timer("/full", "GET", "429").count()).isEqualTo(1);
        assertThat(timer("none", "GET", "4xx").count()).isEqualTo(1);
        assertThat(timer("/broken", "POST", "5xx").count()).isEqualTo(1);
        assertThat(telemetry.meters().find("sightline.http.requests").timers()).hasSize(4);
    }

    @Test
    void shouldMakeNoMeterOfAMethodThatSomebodyInvented() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(send("INVENTED" + i, "/things/1").statusCode()).isEqualTo(405);
        }
        send("GET", "/things/1");

        assertThat(telemetry.meters().find("sightline.http.requests").timers()).hasSize(1);
        assertThat(spans.getFinishedSpanItems()).isEmpty();
    }

    @Test
    void shouldBeginATraceWithAChangeAndShowItToTheLog() throws Exception {
        String traceId = send("POST", "/things/1").body();

        assertThat(spans.getFinishedSpanItems()).singleElement().satisfies(span -> {
            assertThat(span.getName()).isEqualTo("POST /things/{id}");
            assertThat(span.getTraceId()).isEqualTo(traceId);
        });
        assertThat(send("GET", "/things/1").body()).isEqualTo("null");
        assertThat(spans.getFinishedSpanItems()).hasSize(1);
    }

    @Test
    void shouldContinueTheTraceOfAReader() throws Exception {
        String traceId = "0af7651916cd43dd8448eb211c80319c";

        String seen = send("GET", "/things/1", "00-" + traceId + "-b7ad6b7169203331-01")
                .body();
        send("GET", "/things/1", "nonsense");

        assertThat(seen).isEqualTo(traceId);
        assertThat(spans.getFinishedSpanItems())
                .extracting(SpanData::getTraceId)
                .containsExactly(traceId);
    }

    private Timer timer(String route, String method, String status) {
        return telemetry
                .meters()
                .get("sightline.http.requests")
                .tags("service", "test", "route", route, "method", method, "status", status)
                .timer();
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return send(method, path, "");
    }

    private HttpResponse<String> send(String method, String path, String traceparent) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!traceparent.isEmpty()) {
            request.header("traceparent", traceparent);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
