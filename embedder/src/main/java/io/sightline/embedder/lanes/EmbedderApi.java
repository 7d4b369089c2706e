package io.sightline.embedder.lanes;

import io.javalin.config.RoutesConfig;
import io.sightline.embedder.telemetry.Telemetry;
import io.sightline.http.ApiServer;
import io.sightline.http.Drainable;
import io.sightline.http.HttpSettings;
import io.sightline.http.Scope;
import java.time.Duration;
import java.util.Map;

/**
 * What the embedder is doing, over HTTP: {@code GET /v1/lanes}, {@code GET /v1/health/*} and {@code GET
 * /metrics}. Close it once; thread-safe
 * otherwise.
 */
public final class EmbedderApi implements Drainable, AutoCloseable {

    private static final long NO_BODY = 1024;

    private final LaneSupervisor lanes;
    private final Telemetry telemetry;
    private final ApiServer server;

    /** Starts the server. The lanes are used, and not closed. */
    public EmbedderApi(LaneSupervisor lanes, Telemetry telemetry, HttpSettings http) {
        this.lanes = lanes;
        this.telemetry = telemetry;
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
        LaneHealth health = lanes.health();
        telemetry.register("embedder", routes, health::liveness, health::readiness);
        routes.get(
                "/v1/lanes",
                context -> context.json(Map.of("lanes", lanes.statuses(), "failures", lanes.failures())),
                Scope.MONITOR);
    }
}
