package io.sightline.embedder.telemetry;

import io.javalin.config.RoutesConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.sightline.http.HttpTelemetry;
import io.sightline.http.MetricsPage;
import io.sightline.schemas.tracing.Tracing;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.streams.KafkaStreams;

/**
 * How a process is watched: its meters and where its spans go. Services use it, and do not close it; whoever made it does,
 * after them. Thread-safe.
 */
public final class Telemetry implements AutoCloseable {

    private static final String DEVELOPMENT = "development";

    private final PrometheusMeterRegistry meters = MetricsPage.registry();
    private final OpenTelemetry openTelemetry;
    private final Tracing tracing;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();

    /** Looks for clients' meters that came later. */
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("kafka-meters").daemon().factory());

    /** Spans go where this sends them. It is not closed. */
    public Telemetry(OpenTelemetry openTelemetry) {
        this.openTelemetry = openTelemetry;
        this.tracing = new Tracing(openTelemetry);
        String version = Telemetry.class.getPackage().getImplementationVersion();
        Gauge.builder("sightline.build", () -> 1)
                .description("What runs here; always 1")
                .tags(Tags.of(
                        "version",
                        version == null ? DEVELOPMENT : version,
                        "java",
                        Runtime.version().toString()))
                .register(meters);
    }

    /** Without spans: the trace that a request or a record carries is passed on. */
    public static Telemetry withoutSpans() {
        return new Telemetry(OpenTelemetry.noop());
    }

    /** All meters of the process. */
    public PrometheusMeterRegistry meters() {
        return meters;
    }

    /** For the spans of records. */
    public Tracing tracing() {
        return tracing;
    }

    /** Measures a server's requests, and adds the page of the meters to it. */
    public void register(String service, RoutesConfig routes) {
        new HttpTelemetry(service, meters, openTelemetry).register(routes);
        MetricsPage.route(routes, meters);
    }

    /** Shows the meters of a producer until the watch is closed. */
    public Watch watch(Producer<?, ?> producer) {
        return watch(new KafkaClientMetrics(producer, Tags.empty(), looks));
    }

    /** Shows the meters of a consumer until the watch is closed. */
    public Watch watch(Consumer<?, ?> consumer) {
        return watch(new KafkaClientMetrics(consumer, Tags.empty(), looks));
    }

    /** Shows the meters of an admin client until the watch is closed. */
    public Watch watch(Admin admin) {
        return admin instanceof AdminClient client
                ? watch(new KafkaClientMetrics(client, Tags.empty(), looks))
                : new Watch(() -> {});
    }

    /** Shows the meters of a Kafka Streams application, and of its clients, until the watch is closed. */
    public Watch watch(KafkaStreams streams) {
        return watch(new KafkaStreamsMetrics(streams, Tags.empty(), looks));
    }

    private <B extends MeterBinder & AutoCloseable> Watch watch(B binder) {
        binder.bindTo(meters);
        Watch watch = new Watch(binder);
        watches.add(watch);
        return watch;
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
        looks.shutdownNow();
        meters.close();
    }

    /** Meters of a Kafka client, which are removed when this is closed. Closing it again does nothing. */
    public final class Watch implements AutoCloseable {

        private final AutoCloseable binder;

        private Watch(AutoCloseable binder) {
            this.binder = binder;
        }

        @Override
        public void close() {
            if (watches.remove(this)) {
                try {
                    binder.close();
                } catch (Exception e) {
                    throw new IllegalStateException("meters of a Kafka client were not removed: " + e, e);
                }
            }
        }
    }
}
