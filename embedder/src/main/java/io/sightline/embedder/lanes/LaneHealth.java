package io.sightline.embedder.lanes;

import io.sightline.embedder.telemetry.Freshness;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.HealthCheck;
import io.sightline.schemas.avro.ModelEvent;
import java.util.List;
import java.util.Optional;

/** Whether an embedder does its part: it knows the versions, and the active one has a lane that runs. Thread-safe. */
public final class LaneHealth {

    private static final String LANE = "lane";

    private final ModelCatalog catalog;
    private final LaneSupervisor lanes;

    LaneHealth(ModelCatalog catalog, LaneSupervisor lanes) {
        this.catalog = catalog;
        this.lanes = lanes;
    }

    /** What only a restart mends. */
    public List<HealthCheck> liveness() {
        return List.of(
                Freshness.following("catalog", catalog.isFollowed()),
                HealthCheck.of(
                        lanes.isAlive(),
                        "supervisor",
                        "the lanes are looked after",
                        "supervisor-stopped",
                        "nobody looks after the lanes any more; restart this process"));
    }

    /** Whether images that arrive are embedded. */
    public List<HealthCheck> readiness() {
        return List.of(Freshness.catalog(catalog.staleFor()), lane());
    }

    private HealthCheck lane() {
        Optional<String> active = catalog.current().active().map(ModelEvent::getVersion);
        if (active.isEmpty()) {
            return HealthCheck.passed(LANE, "no version is active yet");
        }
        String version = active.get();
        String state = lanes.statuses().stream()
                .filter(status -> status.version().equals(version))
                .map(LaneStatus::state)
                .findFirst()
                .orElse("not started");
        String failure = lanes.failures().getOrDefault(version, "see GET /v1/lanes and this process's log");
        return HealthCheck.of(
                state.equals("RUNNING"),
                LANE,
                "the lane of " + version + " is RUNNING",
                "lane-not-running",
                "the lane of the active version " + version + " is " + state + ": " + failure);
    }
}
