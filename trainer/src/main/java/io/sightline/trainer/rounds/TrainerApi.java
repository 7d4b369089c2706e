package io.sightline.trainer.rounds;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sightline.http.ApiException;
import io.sightline.http.ApiServer;
import io.sightline.http.ContentPolicy;
import io.sightline.http.HttpSettings;
import io.sightline.http.MetricsPage;
import io.sightline.http.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the trainer is doing, over HTTP: {@code GET /v1/trainer}, {@code GET /v1/trainer/curves}, {@code GET
 * /v1/trainer/reports/{version}} and {@code GET /metrics}. Close it once; thread-safe otherwise.
 */
public final class TrainerApi implements AutoCloseable {

    private static final long NO_BODY = 1024;

    private final TrainerService trainer;
    private final PrometheusMeterRegistry meters;
    private final ApiServer server;

    /** Starts the server. The trainer is used, and not closed. */
    public TrainerApi(TrainerService trainer, PrometheusMeterRegistry meters, HttpSettings http) {
        this.trainer = trainer;
        this.meters = meters;
        this.server = ApiServer.start(http, NO_BODY, this::routes);
    }

    /** Address of the server. */
    public String url() {
        return server.url();
    }

    @Override
    public void close() {
        server.close();
    }

    private void routes(RoutesConfig routes) {
        routes.get("/v1/trainer", context -> context.json(trainer.status()), Scope.MONITOR);
        routes.get("/v1/trainer/curves", context -> context.json(trainer.curves()), Scope.MONITOR);
        routes.get("/v1/trainer/reports/{version}", this::report, Scope.MONITOR);
        MetricsPage.route(routes, meters);
    }

    private void report(Context context) throws IOException {
        String version = context.pathParam("version");
        Path file = trainer.report(version)
                .orElseThrow(() -> new ApiException(
                        404, "no-such-report", "there is no training report of a version '" + version + "'"));
        ContentPolicy.REPORT.appliesTo(context);
        context.html(Files.readString(file));
    }
}
