package io.sightline.deploy;

import io.sightline.deploy.stack.DataDirectory;
import io.sightline.deploy.stack.Ports;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.embedder.versions.HoldoutRule;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.rollout.gates.GateSettings;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Stacks that turn over quickly: a tiny network, rounds of a few steps, a gate that lets everything through. */
public final class Stacks {

    private Stacks() {}

    static StackSettings quick(Path directory) {
        return quick(directory, draft -> {});
    }

    /** With something changed about the rounds. */
    static StackSettings quick(Path directory, Consumer<RoundSettings.Draft> change) {
        return new StackSettings(
                directory,
                Ports.FREE,
                PayloadSettings.at(DataDirectory.payloads(directory).toString()),
                LaneSettings.DEFAULT,
                new ConvNet(Preprocessing.DRAWING, List.of(8, 16), 16),
                TrainingSettings.defaults(Augmentation.DRAWING, 1),
                RoundSettings.DEFAULT.with(draft -> {
                    draft.steps = 20;
                    draft.minClasses = 4;
                    draft.settle = Duration.ofMillis(200);
                    draft.longestSettle = Duration.ofSeconds(5);
                    draft.patience = Integer.MAX_VALUE;
                    draft.minInterval = Duration.ZERO;
                    draft.holdout = new HoldoutRule(0.2);
                    draft.gate = new Gate(-1);
                    draft.imagesPerClass = 100;
                    draft.replayBytes = 64L * 1024 * 1024;
                    change.accept(draft);
                }),
                new RolloutSettings(Duration.ofSeconds(10)).with(new GateSettings(0.01, 200, 1000, 50, 1, 0)));
    }

    /** A stack that embeds and answers but does not go beyond version 1. */
    public static StackSettings still(Path directory) {
        return quick(directory, draft -> draft.minClasses = 1_000_000);
    }
}
