package io.sightline.deploy.stack;

import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;

/**
 * A whole stack. Immutable.
 *
 * @param directory where everything is kept
 * @param ports where the services listen
 * @param payloads where images lie that are too large for an event
 * @param lanes how images are embedded
 * @param net the network that is trained
 * @param training how steps are made
 * @param rounds when to train and publish
 * @param rollout how versions follow each other
 * @param stores what keeps the indexes
 */
public record StackSettings(
        Path directory,
        Ports ports,
        PayloadSettings payloads,
        LaneSettings lanes,
        EmbeddingNet net,
        TrainingSettings training,
        RoundSettings rounds,
        RolloutSettings rollout,
        StoreSettings stores) {

    /** A stack whose indexes lie in its folder. */
    public StackSettings(
            Path directory,
            Ports ports,
            PayloadSettings payloads,
            LaneSettings lanes,
            EmbeddingNet net,
            TrainingSettings training,
            RoundSettings rounds,
            RolloutSettings rollout) {
        this(directory, ports, payloads, lanes, net, training, rounds, rollout, StoreSettings.LUCENE);
    }

    /** The same with other payloads. */
    public StackSettings with(PayloadSettings other) {
        return new StackSettings(directory, ports, other, lanes, net, training, rounds, rollout, stores);
    }

    /** The same with other stores. */
    public StackSettings with(StoreSettings other) {
        return new StackSettings(directory, ports, payloads, lanes, net, training, rounds, rollout, other);
    }
}
