package io.sightline.deploy.cli;

import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.rollout.gates.GateSettings;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How versions follow each other. */
final class RolloutOptions {

    @Option(
            names = "--grace",
            description = "How long a retired version is kept for a rollback, ISO-8601 (default: ${DEFAULT-VALUE}).")
    private Duration grace = RolloutSettings.DEFAULT.grace();

    @Option(
            names = "--backfill-policy",
            description = "What becomes of a new version while another one back-fills: ${COMPLETION-CANDIDATES}"
                    + " (default: ${DEFAULT-VALUE}).")
    private RolloutSettings.Policy policy = RolloutSettings.DEFAULT.policy();

    @Option(
            names = "--holdout-margin",
            description =
                    "By how much Recall@1 on the holdout may fall, beyond chance, when a version becomes active, 0"
                            + " to 1 (default: ${DEFAULT-VALUE}).")
    private double holdoutMargin = GateSettings.DEFAULT.holdoutMargin();

    @Option(
            names = "--min-overlap",
            description =
                    "Share of their ten nearest neighbours that live queries must keep, on average, when a version"
                            + " becomes active, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double minOverlap = GateSettings.DEFAULT.minOverlap();

    @Option(
            names = "--max-dead-lettered",
            description =
                    "Share of the active index's images that the lane of a version may have made dead letters when"
                            + " it becomes active, 0 to 1 (default: ${DEFAULT-VALUE}).")
    private double maxDeadLettered = GateSettings.DEFAULT.maxDeadLettered();

    RolloutSettings settings() {
        GateSettings gates = GateSettings.DEFAULT;
        return new RolloutSettings(grace)
                .with(policy)
                .with(new GateSettings(
                        maxDeadLettered,
                        gates.selfQueries(),
                        gates.holdoutQueries(),
                        gates.fewQueries(),
                        holdoutMargin,
                        minOverlap));
    }
}
