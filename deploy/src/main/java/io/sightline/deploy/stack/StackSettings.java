package io.sightline.deploy.stack;

import io.sightline.embedder.lanes.LaneSettings;
import io.sightline.embedder.payload.PayloadSettings;
import io.sightline.indexer.rollout.RolloutSettings;
import io.sightline.indexer.store.VectorStores;
import io.sightline.indexer.store.lucene.LuceneStores;
import io.sightline.indexer.store.opensearch.OpenSearchSettings;
import io.sightline.indexer.store.opensearch.OpenSearchStores;
import io.sightline.trainer.nets.ConvNet;
import io.sightline.trainer.rounds.RoundSettings;
import io.sightline.trainer.training.TrainingSettings;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

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
 * @param openSearch the cluster that has the indexes, null for the folder
 */
public record StackSettings(
        Path directory,
        Ports ports,
        PayloadSettings payloads,
        LaneSettings lanes,
        ConvNet net,
        TrainingSettings training,
        RoundSettings rounds,
        RolloutSettings rollout,
        @Nullable OpenSearchSettings openSearch) {

    /** A stack whose indexes lie in its folder. */
    public StackSettings(
            Path directory,
            Ports ports,
            PayloadSettings payloads,
            LaneSettings lanes,
            ConvNet net,
            TrainingSettings training,
            RoundSettings rounds,
            RolloutSettings rollout) {
        this(directory, ports, payloads, lanes, net, training, rounds, rollout, null);
    }

    /** The same with other payloads. */
    public StackSettings with(PayloadSettings other) {
        return new StackSettings(directory, ports, other, lanes, net, training, rounds, rollout, openSearch);
    }

    /** The same with its indexes on a cluster, or in its folder for null. */
    public StackSettings with(@Nullable OpenSearchSettings other) {
        return new StackSettings(directory, ports, payloads, lanes, net, training, rounds, rollout, other);
    }

    /** Opens the place that has the indexes. */
    VectorStores stores(Path indexes, Clock clock) {
        return openSearch == null ? new LuceneStores(indexes, clock) : new OpenSearchStores(openSearch, clock);
    }
}
