package io.sightline.indexer.search;

import io.javalin.config.RoutesConfig;
import io.sightline.http.ApiException;
import io.sightline.http.Scope;
import io.sightline.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@code GET /v1/health/live} and {@code GET /v1/health/ready}: whether this process answers at all, and whether it knows
 * which version has to. Without that searches are answered all the same, perhaps by a version that others have replaced, so
 * they had better go to another indexer. Thread-safe.
 */
final class HealthApi {

    /** Far more than it takes to elect another leader. */
    static final Duration MOST_STALE = Duration.ofSeconds(15);

    private static final String STATUS = "status";

    private final Supplier<Duration> staleFor;

    /**
     * Knows nothing itself.
     *
     * @param staleFor for how long the state of the versions may have been an old one
     */
    HealthApi(Supplier<Duration> staleFor) {
        this.staleFor = staleFor;
    }

    void register(RoutesConfig routes) {
        routes.get("/v1/health/live", context -> context.json(Map.of(STATUS, "live")), Scope.OPEN);
        routes.get("/v1/health/ready", context -> context.json(ready()), Scope.OPEN);
    }

    private Map<String, Object> ready() {
        Duration stale = staleFor.get();
        if (stale.compareTo(MOST_STALE) > 0) {
            throw new ApiException(
                    503,
                    "catalog-stale",
                    Topics.MODELS + " could not be read for " + stale.toSeconds()
                            + " s: searches are answered by the version that was active then. Check the brokers and the"
                            + " schema registry, and this process's way to them");
        }
        return Map.of(STATUS, "ready", "catalogStaleMillis", stale.toMillis());
    }
}
