package io.sightline.embedder.telemetry;

import io.javalin.config.RoutesConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.sightline.http.HealthCheck;
import io.sightline.http.HealthRoutes;
import io.sightline.http.HttpTelemetry;
import io.sightline.http.MetricsPage;
import io.sightline.schemas.tracing.Tracing;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
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

    /**
     * Measures a server's requests, and adds the page of the meters and those of its health to it.
     *
     * @param live what only a restart mends, see {@link HealthRoutes}
     * @param ready whether the service does its part
     */
    public void register(
            String service, RoutesConfig routes, Supplier<List<HealthCheck>> live, Supplier<List<HealthCheck>> ready) {
        new HttpTelemetry(service, meters, openTelemetry).register(routes);
        MetricsPage.route(routes, meters);
        new HealthRoutes(live, ready).register(routes);
        health("ready", "1 if the service does its part, as GET /v1/health/ready says", service, ready);
        health("live", "0 if only a restart mends the service, as GET /v1/health/live says", service, live);
    }

    private void health(String name, String description, String service, Supplier<List<HealthCheck>> checks) {
        Gauge.builder("sightline." + name, () -> checks.get().stream().allMatch(HealthCheck::passed) ? 1 : 0)
                .description(description)
                .tag("service", service)
                .register(meters);
    }

    /** Shows how much room there is on the disk of a folder, which need not exist yet. */
    public void watchDisk(String service, Path folder) {
        disk("free", "Room that is left on the disk of the service's folder", service, folder, File::getUsableSpace);
        disk("total", "Size of the disk of the service's folder", service, folder, File::getTotalSpace);
    }

    private void disk(String name, String description, String service, Path folder, ToDoubleFunction<File> value) {
        Gauge.builder("sightline.disk." + name, () -> value.applyAsDouble(existing(folder.toAbsolutePath())))
                .description(description)
                .baseUnit("bytes")
                .tag("service", service)
                .register(meters);
    }

    private static File existing(Path folder) {
        Path found = folder;
        while (!Files.exists(found) && found.getParent() != null) {
            found = found.getParent();
        }
        return found.toFile();
    }

    /** Shows the meters of a producer until the watch is closed. */
    public Watch watch(Producer<?, ?> producer) {
        return shown(new KafkaClientMetrics(producer));
    }

    /** Shows the meters of a consumer until the watch is closed. */
    public Watch watch(Consumer<?, ?> consumer) {
        return shown(new KafkaClientMetrics(consumer));
    }

    /** Shows the meters of an admin client until the watch is closed. */
    public Watch watch(Admin admin) {
        return admin instanceof AdminClient client ? shown(new KafkaClientMetrics(client)) : new Watch(() -> {});
    }

    /** Shows the meters of a Kafka Streams application, and of its clients, until the watch is closed. */
    public Watch watch(KafkaStreams streams) {
        return shown(new KafkaStreamsMetrics(streams));
    }

    // Each looks for meters that came later on a thread of its own, which ends with it. On a shared scheduler
    // micrometer
    // would go on with that after the close, and keep the client and all that it refers to.
    private Watch shown(KafkaClientMetrics metrics) {
        metrics.bindTo(meters);
        return watch(metrics::close);
    }

    private Watch shown(KafkaStreamsMetrics metrics) {
        metrics.bindTo(meters);
        return watch(metrics::close);
    }

    private Watch watch(Runnable removal) {
        Watch watch = new Watch(removal);
        watches.add(watch);
        return watch;
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
        meters.close();
    }

    /**
     * Meters of a Kafka client, which are removed when this is closed. Closing it again does nothing. Close it after the
     * client, which has no meters then that could come back.
     */
    public final class Watch implements AutoCloseable {

        private final Runnable removal;

        private Watch(Runnable removal) {
            this.removal = removal;
        }

        @Override
        public void close() {
            if (watches.remove(this)) {
                removal.run();
            }
        }
    }
}
