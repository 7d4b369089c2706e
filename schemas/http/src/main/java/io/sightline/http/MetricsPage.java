package io.sightline.http;

import io.javalin.config.RoutesConfig;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** A process's meters, read by Prometheus at {@code GET /metrics}. Thread-safe. */
public final class MetricsPage {

    private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private MetricsPage() {}

    /** Meters of a process, those of its JVM among them. To be closed, since some of those listen to the JVM. */
    public static PrometheusMeterRegistry registry() {
        JvmGcMetrics collections = new JvmGcMetrics();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT) {
            @Override
            public void close() {
                collections.close();
                super.close();
            }
        };
        collections.bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        return registry;
    }

    /** Adds the page to a server. */
    public static void route(RoutesConfig routes, PrometheusMeterRegistry registry) {
        routes.get("/metrics", context -> context.contentType(FORMAT).result(registry.scrape(FORMAT)), Scope.MONITOR);
    }
}
