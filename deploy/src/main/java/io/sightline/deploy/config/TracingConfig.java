package io.sightline.deploy.config;

import io.sightline.deploy.stack.Spans;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/** Where traces go. */
@ConfigMapping(prefix = "sightline.tracing")
@Doc("Where traces go.")
public interface TracingConfig {

    @WithDefault("none")
    @Doc("What becomes of spans: none leaves them out, otlp sends them to a collector.")
    Exporter exporter();

    @Doc(value = "Address of the collector, OTLP over gRPC.", otherwise = "http://localhost:4317")
    Optional<URI> endpoint();

    /** Where spans go; to be closed last. */
    static Spans spans(TracingConfig config) {
        return Spans.exporting(config.endpoint().orElse(null), config.exporter() == Exporter.OTLP);
    }

    /** The exporters. */
    enum Exporter {
        NONE,
        OTLP
    }
}
