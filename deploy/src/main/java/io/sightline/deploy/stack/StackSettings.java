package io.sightline.deploy.stack;

import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.http.HttpSettings;
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
 * @param http how the APIs are reached, each on its port of the ports
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
        StoreSettings stores,
        HttpSettings http) {

    /** A stack whose indexes lie in its folder, on loopback. */
    public StackSettings(
            Path directory,
            Ports ports,
            PayloadSettings payloads,
            LaneSettings lanes,
            EmbeddingNet net,
            TrainingSettings training,
            RoundSettings rounds,
            RolloutSettings rollout) {
        this(
                directory,
                ports,
                payloads,
                lanes,
                net,
                training,
                rounds,
                rollout,
                StoreSettings.LUCENE,
                HttpSettings.loopback(0));
    }

    /** The same with other payloads. */
    public StackSettings with(PayloadSettings other) {
        return new StackSettings(directory, ports, other, lanes, net, training, rounds, rollout, stores, http);
    }

    /** The same with versions that follow each other otherwise. */
    public StackSettings with(RolloutSettings other) {
        return new StackSettings(directory, ports, payloads, lanes, net, training, rounds, other, stores, http);
    }

    /** The same with other stores. */
    public StackSettings with(StoreSettings other) {
        return new StackSettings(directory, ports, payloads, lanes, net, training, rounds, rollout, other, http);
    }

    /** The same with APIs that are reached otherwise; the port does not count. */
    public StackSettings with(HttpSettings other) {
        return new StackSettings(directory, ports, payloads, lanes, net, training, rounds, rollout, stores, other);
    }
}
