package io.sightline.indexer.indexing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.schemas.tracing.Tracing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one index, all named {@code sightline.indexer.*} and tagged with its version, and the spans of what is
 * indexed. They go when the index is closed. Thread-safe.
 */
final class IndexTelemetry implements AutoCloseable {

    private static final Duration[] COMMITS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final Telemetry telemetry;
    private final MeterRegistry registry;
    private final String version;
    private final List<Meter> mine = new ArrayList<>();
    private final Counter embeddings;
    private final Counter deletions;
    private final Counter labels;
    private final Timer commits;
    private volatile double images = Double.NaN;
    private Telemetry.@Nullable Watch watch;

    IndexTelemetry(Telemetry telemetry, String version) {
        this.telemetry = telemetry;
        this.registry = telemetry.meters();
        this.version = version;
        this.embeddings = records("embedding");
        this.deletions = records("deletion");
        this.labels = records("label");
        this.commits = added(Timer.builder("sightline.indexer.commit")
                .description("Time until what was written is durable and searchable")
                .serviceLevelObjectives(COMMITS)
                .tags(tags())
                .register(registry));
        gauge("images", "Images in the index, as counted some seconds ago", () -> images);
    }

    /** Shows how an index stands. */
    void show(LaneIndex index, Consumer<?, ?> consumer) {
        gauge("lag", "Records of the version's embeddings and of the labels that were not read yet", index::behind);
        gauge("passed.over", "Records that could not be indexed", index::passedOver);
        gauge("ready", "1 if the index may answer", () -> index.isReady() && index.failure() == null ? 1 : 0);
        gauge(
                "build.progress",
                "Share of what the index needs to be ready that is searchable, 0 to 1",
                index::progress);
        watch = telemetry.watch(consumer);
    }

    void embedding() {
        embeddings.increment();
    }

    void deletion() {
        deletions.increment();
    }

    void label() {
        labels.increment();
    }

    void committed(Duration took) {
        commits.record(took);
    }

    void images(long count) {
        images = count;
    }

    /** The span of an embedding that is indexed, if its record is part of a trace. */
    Span span(Headers headers) {
        return telemetry
                .tracing()
                .proceed("index", SpanKind.CONSUMER, Tracing.read(headers))
                .setAttribute("sightline.version", version);
    }

    @Override
    public void close() {
        mine.forEach(registry::remove);
        if (watch != null) {
            watch.close();
        }
    }

    private Tags tags() {
        return Tags.of("version", version);
    }

    private Counter records(String kind) {
        return added(Counter.builder("sightline.indexer.records")
                .description("Records written to the index")
                .tags(tags().and("kind", kind))
                .register(registry));
    }

    private void gauge(String name, String description, Supplier<Number> value) {
        added(Gauge.builder("sightline.indexer." + name, value)
                .description(description)
                .tags(tags())
                .register(registry));
    }

    private <M extends Meter> M added(M meter) {
        mine.add(meter);
        return meter;
    }
}
