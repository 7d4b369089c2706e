package io.sightline.deploy.config;

import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.rollout.gates.GateSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How versions follow each other. */
@ConfigMapping(prefix = "sightline.rollout")
@Doc("How versions follow each other.")
public interface RolloutConfig {

    @WithDefault("PT10M")
    @OnCommandLine(value = "--grace", label = "DURATION")
    @Doc("How long a retired version is kept for a rollback, ISO-8601.")
    Duration grace();

    @WithDefault("wait")
    @OnCommandLine(value = "--backfill-policy", label = "NAME")
    @Doc("What becomes of a new version while another one back-fills.")
    RolloutSettings.Policy backfillPolicy();

    @WithDefault("0")
    @OnCommandLine(value = "--holdout-margin", label = "NUMBER")
    @Between(least = 0, most = 1)
    @Doc("By how much Recall@1 on the holdout may fall, beyond chance, when a version becomes active, 0 to 1.")
    double holdoutMargin();

    @WithDefault("0.05")
    @OnCommandLine(value = "--min-overlap", label = "NUMBER")
    @Between(least = 0, most = 1)
    @Doc("Share of their ten nearest neighbours that live queries must keep, on average, when a version"
            + " becomes active, 0 to 1.")
    double minOverlap();

    @WithDefault("0.01")
    @OnCommandLine(value = "--max-dead-lettered", label = "NUMBER")
    @Between(least = 0, most = 1)
    @Doc("Share of the active index's images that the lane of a version may have made dead letters when it"
            + " becomes active, 0 to 1.")
    double maxDeadLettered();

    /** The settings. */
    static RolloutSettings settings(RolloutConfig config) {
        GateSettings gates = GateSettings.DEFAULT;
        return new RolloutSettings(config.grace())
                .with(config.backfillPolicy())
                .with(new GateSettings(
                        config.maxDeadLettered(),
                        gates.selfQueries(),
                        gates.holdoutQueries(),
                        gates.fewQueries(),
                        config.holdoutMargin(),
                        config.minOverlap()));
    }
}
