package io.sightline.indexer.rollout;

import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.rollout.gates.GateContext;
import io.sightline.indexer.rollout.gates.GateResult;
import io.sightline.indexer.rollout.gates.GateRun;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the staged version. When it has caught up for the first time the gates look at it, beside the
 * controller, since they take a while; with what they say it has to have caught up once more, so that the swap finds it
 * no more than seconds behind. Not thread-safe.
 */
final class Staging implements AutoCloseable {

    /** After gates that could not look. */
    private static final Duration PAUSE = Duration.ofSeconds(30);

    private final LaneIndexes indexes;
    private final RolloutSettings settings;
    private final Artifacts artifacts;
    private final LiveQueries liveQueries;
    private final ImageSource source;
    private final Admin admin;
    private @Nullable Catchup catchup;
    private @Nullable GateRun gates;
    private Instant notBefore = Instant.MIN;

    Staging(
            LaneIndexes indexes,
            RolloutSettings settings,
            Artifacts artifacts,
            LiveQueries liveQueries,
            ImageSource source,
            Admin admin) {
        this.indexes = indexes;
        this.settings = settings;
        this.artifacts = artifacts;
        this.liveQueries = liveQueries;
        this.source = source;
        this.admin = admin;
    }

    /** Stops the gates of a version that is not staged any more, before its index is let go. */
    void retain(ModelVersions versions) {
        List<String> staged = versions.withStatus(ModelStatus.STAGED).stream()
                .map(ModelEvent::getVersion)
                .toList();
        if (gates != null && !staged.contains(gates.version())) {
            close();
        }
    }

    /** The decision that is due, if there is a staged version and one is. */
    Optional<Decision> conclude(ModelVersions versions, Instant now) {
        List<ModelEvent> staged = versions.withStatus(ModelStatus.STAGED);
        if (staged.isEmpty()) {
            close();
            return Optional.empty();
        }
        ModelEvent next = staged.getFirst();
        Optional<LaneIndex> index = indexes.find(next.getVersion());
        Optional<ModelEvent> active = versions.active();
        Optional<LaneIndex> activeIndex = active.flatMap(event -> indexes.findReady(event.getVersion()));
        if (index.isEmpty() || (active.isPresent() && activeIndex.isEmpty())) {
            // One of them is being opened or built: there is nothing to compare.
            return Optional.empty();
        }
        if (catchup == null || !catchup.version().equals(next.getVersion())) {
            catchup = new Catchup(next.getVersion(), now);
        }
        LaneProgress progress = LaneProgress.read(admin, next.getVersion());
        if (catchup.isComplete(progress, index.get(), now)) {
            return judged(
                    now,
                    new GateContext(
                            next,
                            active.orElse(null),
                            index.get().store(),
                            activeIndex.map(LaneIndex::store).orElse(null),
                            catchup.images(),
                            liveQueries.sample(),
                            source,
                            settings.gates()));
        }
        // Without an active version there is nothing better to go on with.
        return active.isPresent() && catchup.stalledFor(now).compareTo(settings.stallTimeout()) > 0
                ? Optional.of(stalled(next, progress))
                : Optional.empty();
    }

    private Decision stalled(ModelEvent event, LaneProgress progress) {
        String reason = "no progress for " + settings.stallTimeout() + ": the lane is " + progress.lag()
                + " image events behind; look at the embedder's lane of " + event.getVersion();
        return new Decision(event.getVersion(), ModelStatus.REJECTED, Cause.STALLED, reason)
                .withGate(Map.of("lag.images", (double) progress.lag()));
    }

    private Optional<Decision> judged(Instant now, GateContext context) {
        if (gates == null || !gates.isAbout(context)) {
            if (now.isBefore(notBefore)) {
                return Optional.empty();
            }
            close();
            gates = GateRun.start(context);
        }
        GateRun run = gates;
        if (run.isUnfinished()) {
            notBefore = now.plus(PAUSE);
            close();
            return Optional.empty();
        }
        return run.result().flatMap(result -> decision(context.staged(), result));
    }

    private Optional<Decision> decision(ModelEvent event, GateResult result) {
        Optional<Decision> decision = result.passed()
                ? artifacts.toActivate(event, Cause.GATES_PASSED, result.reason())
                : Optional.of(
                        new Decision(event.getVersion(), ModelStatus.REJECTED, Cause.GATE_FAILED, result.reason()));
        return decision.map(one -> one.withGate(result.figures()));
    }

    /** Stops the gates. */
    @Override
    public void close() {
        if (gates != null) {
            gates.close();
            gates = null;
        }
    }
}
