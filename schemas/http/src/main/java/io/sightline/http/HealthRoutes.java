package io.sightline.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code GET /v1/health/live} and {@code GET /v1/health/ready}: 200, or 503 with the first problem as the error, and in both
 * cases every check. Live is what only a restart mends; ready is whether requests, or the next step of a rolling upgrade, may
 * come. Probes ask often, so checks are to look at what was observed already, and ask nobody. Thread-safe if they are.
 */
public final class HealthRoutes {

    private final Supplier<List<HealthCheck>> live;
    private final Supplier<List<HealthCheck>> ready;

    /** Looks when it is asked. */
    public HealthRoutes(Supplier<List<HealthCheck>> live, Supplier<List<HealthCheck>> ready) {
        this.live = live;
        this.ready = ready;
    }

    /** Adds the routes to a server. */
    public void register(RoutesConfig routes) {
        routes.get("/v1/health/live", context -> answer(context, "live", live.get()), Scope.OPEN);
        routes.get("/v1/health/ready", context -> answer(context, "ready", ready.get()), Scope.OPEN);
    }

    private static void answer(Context context, String good, List<HealthCheck> checks) {
        Map<String, Object> answer = new LinkedHashMap<>();
        List<HealthCheck> failed =
                checks.stream().filter(check -> !check.passed()).toList();
        answer.put("status", failed.isEmpty() ? good : "not-" + good);
        answer.put("checks", checks);
        if (!failed.isEmpty()) {
            HealthCheck first = failed.getFirst();
            answer.put("error", Map.of("type", String.valueOf(first.problem()), "message", first.detail()));
            context.status(503);
        }
        context.json(answer);
    }
}
