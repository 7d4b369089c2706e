package io.sightline.trainer.rounds;

import io.sightline.embedder.telemetry.Freshness;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.http.HealthCheck;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.streams.KafkaStreams;

/** Whether a trainer does its part: it knows the versions, follows the labelled stream, and its training goes on. Thread-safe. */
public final class TrainerHealth {

    private final ModelCatalog catalog;
    private final BooleanSupplier alive;
    private final Supplier<KafkaStreams.State> stream;
    private final Supplier<TrainerStatus> status;

    TrainerHealth(
            ModelCatalog catalog,
            BooleanSupplier alive,
            Supplier<KafkaStreams.State> stream,
            Supplier<TrainerStatus> status) {
        this.catalog = catalog;
        this.alive = alive;
        this.stream = stream;
        this.status = status;
    }

    /** What only a restart mends. */
    public List<HealthCheck> liveness() {
        KafkaStreams.State state = stream.get();
        return List.of(
                Freshness.following("catalog", catalog.isFollowed()),
                HealthCheck.of(
                        !state.hasCompletedShutdown(),
                        "replay",
                        "the labelled stream is " + state,
                        "replay-ended",
                        "the replay stream has ended: it is " + state
                                + ". Restart this process, and see its log for why"),
                training());
    }

    /** Whether labels that arrive are learned from. */
    public List<HealthCheck> readiness() {
        KafkaStreams.State state = stream.get();
        return List.of(
                Freshness.catalog(catalog.staleFor()),
                HealthCheck.of(
                        state == KafkaStreams.State.RUNNING,
                        "replay",
                        "the labelled stream is followed",
                        "replay-not-running",
                        "the replay stream is " + state
                                + ": it restores its tables, or takes over partitions. Wait; if it"
                                + " stays so, check the brokers and this process's log"),
                training());
    }

    private HealthCheck training() {
        TrainerStatus now = status.get();
        return HealthCheck.of(
                alive.getAsBoolean(),
                "training",
                now.phase(),
                "training-failed",
                "training has ended at step " + now.steps() + ": " + now.detail()
                        + "; restart this process, which goes on from its checkpoint");
    }
}
