package io.sightline.embedder.lanes;

import io.javalin.config.RoutesConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sightline.http.ApiServer;
import io.sightline.http.Drainable;
import io.sightline.http.HttpSettings;
import io.sightline.http.MetricsPage;
import io.sightline.http.Scope;
import java.time.Duration;
import java.util.Map;

/**
 * What the embedder is doing, over HTTP: {@code GET /v1/lanes} and {@code GET /metrics}. Close it once; thread-safe
 * otherwise.
 */
public final class EmbedderApi implements Drainable, AutoCloseable {

    private static final long NO_BODY = 1024;

    private final LaneSupervisor lanes;
    private final PrometheusMeterRegistry meters;
    private final ApiServer server;

    /** Starts the server. The lanes are used, and not closed. */
    public EmbedderApi(LaneSupervisor lanes, PrometheusMeterRegistry meters, HttpSettings http) {
        this.lanes = lanes;
        this.meters = meters;
        this.server = ApiServer.start(http, NO_BODY, this::routes);
    }

    /** Address of the server. */
    public String url() {
        return server.url();
    }

    @Override
    public void drain(Duration longest) {
        server.drain(longest);
    }

    @Override
    public void close() {
        server.close();
    }

    private void routes(RoutesConfig routes) {
        routes.get(
                "/v1/lanes",
                context -> context.json(Map.of("lanes", lanes.statuses(), "failures", lanes.failures())),
                Scope.MONITOR);
        MetricsPage.route(routes, meters);
    }
}
