package io.sightline.deploy.stack;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the spans of a process go, by OpenTelemetry's own settings ({@code OTEL_*}, {@code otel.*}). Nowhere unless an exporter
 * or an endpoint is named: then traces still have ids, which logs and dead letters show, and nothing is recorded of a trace
 * unless its caller records it. Close it once, after all that makes spans.
 */
public final class Spans implements AutoCloseable {

    private static final String EXPORTER = "otel.traces.exporter";
    private static final String SAMPLER = "otel.traces.sampler";
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";

    private final OpenTelemetrySdk sdk;

    private Spans(OpenTelemetrySdk sdk) {
        this.sdk = sdk;
    }

    /** As this process's environment and system properties say. */
    public static Spans exporting() {
        return exporting(null, false);
    }

    /**
     * As this process's environment and system properties say, and else as it is configured.
     *
     * @param endpoint of a collector, null for the usual one
     * @param isConfigured whether spans are to be sent
     */
    public static Spans exporting(@Nullable URI endpoint, boolean isConfigured) {
        boolean wanted =
                isConfigured || isSet(EXPORTER) || isSet(ENDPOINT) || isSet("otel.exporter.otlp.traces.endpoint");
        Map<String, String> defaults = new HashMap<>(Map.of(
                "otel.service.name",
                System.getProperty("sightline.service", "sightline"),
                EXPORTER,
                wanted ? "otlp" : "none",
                "otel.metrics.exporter",
                "none",
                "otel.logs.exporter",
                "none"));
        if (endpoint != null) {
            defaults.put(ENDPOINT, endpoint.toString());
        }
        if (!wanted) {
            defaults.put(SAMPLER, "parentbased_always_off");
        }
        return new Spans(AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> defaults)
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk());
    }

    /** Through an SDK that is set up already; closed with this. */
    public static Spans through(OpenTelemetrySdk sdk) {
        return new Spans(sdk);
    }

    /** What makes the spans. */
    public OpenTelemetry openTelemetry() {
        return sdk;
    }

    private static boolean isSet(String property) {
        String variable = property.replace('.', '_').toUpperCase(Locale.ROOT);
        return System.getProperty(property) != null || System.getenv(variable) != null;
    }

    /** Sends what is left. */
    @Override
    public void close() {
        sdk.close();
    }
}
