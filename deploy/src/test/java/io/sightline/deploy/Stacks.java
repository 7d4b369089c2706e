package io.sightline.deploy;

import io.sightline.deploy.stack.Ports;
import io.sightline.deploy.stack.StackSettings;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.publish.Gate;
import io.sightline.trainer.replay.HoldoutRule;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.Augmentation;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Stacks that turn over quickly: a tiny network, rounds of a few steps, a gate that lets everything through. */
final class Stacks {

    private Stacks() {}

    static StackSettings quick(Path directory) {
        return new StackSettings(
                directory,
                Ports.FREE,
                new ConvNet(Preprocessing.DRAWING, List.of(8, 16), 16),
                TrainingSettings.defaults(Augmentation.DRAWING, 1),
                new RoundSettings(
                        20,
                        4,
                        Duration.ofMillis(200),
                        Duration.ofSeconds(5),
                        Integer.MAX_VALUE,
                        Duration.ZERO,
                        new HoldoutRule(0.2),
                        new Gate(-1),
                        100,
                        64L * 1024 * 1024),
                new RolloutSettings(Duration.ofSeconds(10)));
    }

    /** A stack that embeds and answers but does not go beyond version 1. */
    static StackSettings still(Path directory) {
        StackSettings quick = quick(directory);
        return new StackSettings(
                directory,
                quick.ports(),
                quick.net(),
                quick.training(),
                new RoundSettings(
                        20,
                        1_000_000,
                        Duration.ofMillis(200),
                        Duration.ofSeconds(5),
                        1,
                        Duration.ZERO,
                        new HoldoutRule(0.2),
                        new Gate(-1),
                        100,
                        64L * 1024 * 1024),
                quick.rollout());
    }
}
