package io.sightline.deploy;

import static io.sightline.embedder.testing.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.sightline.deploy.client.SearchClient;
import io.sightline.deploy.observability.Observability;
import io.sightline.deploy.observability.PromQuery;
import io.sightline.deploy.observability.Scrape;
import io.sightline.deploy.stack.Spans;
import io.sightline.deploy.stack.Stack;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.embedder.testing.TestImages;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.http.HealthCheck;
import io.sightline.http.HttpSettings;
import io.sightline.http.Scope;
import io.sightline.ingest.loader.BulkLoader;
import io.sightline.ingest.loader.LabelPolicy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dashboards, alerts and pages say of meters, held against a stack that runs; and a trace through all of it. */
class ObservabilityIT {

    private static final String TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final int CLASSES = 8;
    private static final int IMAGES = 6;

    /** What Prometheus adds to everything, and makes itself. */
    private static final Set<String> OWN_LABELS = Set.of("instance", "job", "namespace", "pod");

    private static final Set<String> OWN_METRICS = Set.of("up");

    @TempDir
    static Path directory;

    private static final InMemorySpanExporter SPANS = InMemorySpanExporter.create();
    private static Stack stack;
    private static SearchClient client;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .addSpanProcessor(SimpleSpanProcessor.create(SPANS))
                        .build())
                .build();
        stack = Stack.start(Stacks.quick(directory), Spans.through(sdk), what -> {});
        client = new SearchClient(stack.searchUrl());
        http = HttpClient.newHttpClient();
        try (BulkLoader loader = new BulkLoader(URI.create(stack.ingestUrl()), 2)) {
            assertThat(loader.load(Drawings.of(CLASSES, IMAGES), LabelPolicy.ALL, () -> {})
                            .sent())
                    .isEqualTo(CLASSES * IMAGES);
        }
        Waits.until("a version that was trained", Waits.ROUNDS, client, () -> activeVersion() >= 2);
    }

    @AfterAll
    static void stop() {
        http.shutdownNow();
        client.close();
        stack.close();
    }

    @Test
    void shouldHaveEveryMetricLabelAndValueThatAQueryNames() throws Exception {
        // A collection makes the meters of the collector appear.
        System.gc();
        String failures = failures();
        List<String> wrong = new ArrayList<>();
        await().untilAsserted(() -> {
            Scrape scrape = Scrape.parse(failures + page());
            wrong.clear();
            for (Observability.Query query : Observability.queries()) {
                wrong.addAll(problems(query, scrape.labels()));
            }
            assertThat(wrong).isEmpty();
        });
    }

    @Test
    void shouldDescribeEveryMeterOnThePageAndNoOther() throws Exception {
        Set<String> described = new TreeSet<>();
        Matcher row =
                Pattern.compile("(?m)^\\| `(sightline_\\w+)` \\|").matcher(Observability.page("observability.md"));
        while (row.find()) {
            described.add(row.group(1));
        }

        await().untilAsserted(() -> assertThat(scrape().families().keySet()).isEqualTo(described));
    }

    @Test
    void shouldBeOneTraceFromTheRequestToTheIndex() throws Exception {
        String traced = "traced image";
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(stack.ingestUrl() + "/v1/images?id=" + traced.replace(" ", "%20")))
                        .header("traceparent", "00-" + TRACE_ID + "-" + CALLER + "-01")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(TestImages.png(40, 40, 123_456)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);

        // Each version that is live embeds and indexes it.
        await().untilAsserted(() ->
                assertThat(spans("index")).anyMatch(index -> ids(spans("embed")).contains(index.getParentSpanId())));

        SpanData request = spans("POST /v1/images").getFirst();
        List<SpanData> embeds = spans("embed");
        assertThat(request.getParentSpanId()).isEqualTo(CALLER);
        assertThat(request.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
                .isEqualTo(202);
        assertThat(embeds).allMatch(embed -> embed.getParentSpanId().equals(request.getSpanId()));
        assertThat(SPANS.getFinishedSpanItems())
                .as("the batch is linked to the image")
                .anyMatch(span -> span.getName().equals("infer")
                        && span.getLinks().stream()
                                .map(LinkData::getSpanContext)
                                .anyMatch(link -> ids(embeds).contains(link.getSpanId())));
    }

    @Test
    void shouldBeReadyAndSayWhatItLookedAt() throws Exception {
        for (String url : List.of(stack.ingestUrl(), stack.searchUrl())) {
            for (String what : List.of("live", "ready")) {
                HttpResponse<String> answer = get(url + "/v1/health/" + what);
                assertThat(answer.statusCode()).as(url + " " + answer.body()).isEqualTo(200);
                assertThat(ApiServer.JSON.readTree(answer.body()).path("checks"))
                        .isNotEmpty();
            }
        }
        await().untilAsserted(() ->
                assertThat(stack.lanes().health().readiness()).isNotEmpty().allMatch(HealthCheck::passed));
        await().untilAsserted(() ->
                assertThat(stack.trainer().health().readiness()).isNotEmpty().allMatch(HealthCheck::passed));
        assertThat(stack.lanes().health().liveness()).isNotEmpty().allMatch(HealthCheck::passed);
        assertThat(stack.trainer().health().liveness()).isNotEmpty().allMatch(HealthCheck::passed);
    }

    private static List<String> problems(Observability.Query query, Map<String, Map<String, Set<String>>> series) {
        List<String> problems = new ArrayList<>();
        PromQuery read = PromQuery.parse(query.expression());
        read.metrics().forEach((metric, matchers) -> {
            if (OWN_METRICS.contains(metric)) {
                return;
            }
            Map<String, Set<String>> labels = series.get(metric);
            if (labels == null) {
                problems.add(query.place() + ": there is no metric " + metric);
                return;
            }
            Set<String> asked = new TreeSet<>(read.grouped());
            asked.addAll(query.shown());
            matchers.forEach(matcher -> asked.add(matcher.label()));
            asked.removeAll(labels.keySet());
            asked.removeAll(OWN_LABELS);
            asked.forEach(label -> problems.add(query.place() + ": " + metric + " has no label " + label));
            for (PromQuery.LabelMatcher matcher : matchers) {
                Set<String> values = labels.get(matcher.label());
                if (values != null) {
                    matcher.missing(values)
                            .forEach(value -> problems.add(query.place() + ": " + metric + " never has "
                                    + matcher.label() + " " + value + ", only " + values));
                }
            }
        });
        return problems;
    }

    /**
     * What a service measures that fails, or is asked for too much: a stack that is well does not have it. All else that
     * queries name it has, failed searches and refused images with 0.
     */
    private static String failures() throws Exception {
        try (Telemetry telemetry = Telemetry.withoutSpans();
                ApiServer server = ApiServer.start(HttpSettings.loopback(0), 1024, routes -> {
                    telemetry.register("failing", routes, List::of, List::of);
                    routes.get(
                            "/full",
                            context -> {
                                throw new ApiException(429, "too-many-requests", "later");
                            },
                            Scope.OPEN);
                    routes.get(
                            "/broken",
                            context -> {
                                throw new IllegalStateException("broken");
                            },
                            Scope.OPEN);
                })) {
            // The last two are routes that alerts leave out.
            for (String path : List.of("/full", "/broken", "/v1/health/live", "/metrics")) {
                get(server.url() + path);
            }
            return telemetry
                    .meters()
                    .scrape()
                    .lines()
                    .filter(line -> line.startsWith("sightline_http_"))
                    .collect(Collectors.joining("\n", "", "\n"));
        }
    }

    /** Those of the trace. */
    private static List<SpanData> spans(String name) {
        return SPANS.getFinishedSpanItems().stream()
                .filter(span ->
                        span.getTraceId().equals(TRACE_ID) && span.getName().equals(name))
                .toList();
    }

    private static Set<String> ids(List<SpanData> spans) {
        return spans.stream().map(SpanData::getSpanId).collect(Collectors.toSet());
    }

    private static Scrape scrape() throws Exception {
        return Scrape.parse(page());
    }

    private static String page() throws Exception {
        return get(stack.searchUrl() + "/metrics").body();
    }

    private static int activeVersion() throws Exception {
        String active = client.get("/v1/status").path("active").asText("v0");
        return active.startsWith("v") ? Integer.parseInt(active.substring(1)) : 0;
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
