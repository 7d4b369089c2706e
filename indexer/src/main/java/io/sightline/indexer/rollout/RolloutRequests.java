package io.sightline.indexer.rollout;

import io.sightline.embedder.artifact.ArtifactUnavailableException;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * Transitions that somebody asks for. Each is decided on the newest state that is known here, written, and read back; if
 * the state has changed in between it is decided again. Thread-safe.
 */
public final class RolloutRequests {

    private static final int ATTEMPTS = 5;
    private static final Duration READ_BACK = Duration.ofSeconds(10);
    private static final Duration CATCH_UP = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final ModelCatalog catalog;
    private final ModelLog log;
    private final LaneIndexes indexes;
    private final RolloutSettings settings;
    private final Admin admin;
    private final Clock clock;

    /** Uses, and does not close, what it is given. */
    public RolloutRequests(
            ModelCatalog catalog,
            ModelLog log,
            LaneIndexes indexes,
            RolloutSettings settings,
            Admin admin,
            Clock clock) {
        this.catalog = catalog;
        this.log = log;
        this.indexes = indexes;
        this.settings = settings;
        this.admin = admin;
        this.clock = clock;
    }

    /**
     * A transition that took place.
     *
     * @param version which version
     * @param from its status before
     * @param to its status now
     * @param cause why
     * @param offset of the event in {@code sightline.models}
     */
    public record Done(String version, ModelStatus from, ModelStatus to, Cause cause, long offset) {}

    /**
     * Takes a version one step on: a candidate back-fills now, in place of another one that does; a staged version
     * becomes active without having passed the gates, but not without having caught up; a retired one is gone back to.
     *
     * @throws RolloutException if there is no step on for it
     */
    public Done promote(String version) {
        ModelVersions now = catalog.current();
        ModelEvent asked = named(now, version);
        return switch (now.status(asked)) {
            // One event: it takes the place of whatever back-fills.
            case CANDIDATE -> decide(version, versions -> staged(versions, version));
            case STAGED -> {
                awaitCaughtUp(version);
                yield decide(version, versions -> activated(versions, version));
            }
            case RETIRED -> rollback(version);
            case ACTIVE -> throw new RolloutException("version " + version + " is ACTIVE already");
            case REJECTED ->
                throw new RolloutException("version " + version + " is REJECTED: " + asked.getReason()
                        + "; its index is gone, a rejected version never comes back");
        };
    }

    /**
     * Goes back to a retired version that is still within its grace: the same swap backwards.
     *
     * @param version the version to go back to, or null for the one that answered before
     * @throws RolloutException if there is no such version, or its lane and index are gone
     */
    public Done rollback(@Nullable String version) {
        String target = version == null ? before(catalog.current()).getVersion() : version;
        return decide(target, versions -> {
            ModelEvent event = named(versions, target);
            boolean alive = versions.live(clock.instant()).contains(event);
            if (versions.status(event) != ModelStatus.RETIRED || !alive) {
                throw new RolloutException("version " + target + " is " + versions.status(event)
                        + (alive ? "" : " and its grace is over") + "; only a retired version within its grace can be"
                        + " gone back to");
            }
            requireIndex(target);
            long lag = LaneProgress.read(admin, target).lag();
            if (lag > settings.rollbackLag()) {
                throw new RolloutException("version " + target + " is " + lag
                        + " image events behind; it would answer without them. Look at its lane in /v1/status");
            }
            Decision decision = Artifacts.activate(event, Cause.ROLLED_BACK, "gone back to by request");
            if (decision.cause() == Cause.ARTIFACT_REFUSED) {
                throw new RolloutException("version " + target + " cannot be gone back to: " + decision.reason());
            }
            return decision;
        });
    }

    /**
     * Ends a version: one that was never active is rejected, and a retired one is not kept any longer.
     *
     * @throws RolloutException if it is active, or rejected already
     */
    public Done retire(String version) {
        return decide(version, versions -> switch (versions.status(named(versions, version))) {
            case CANDIDATE, STAGED ->
                new Decision(version, ModelStatus.REJECTED, Cause.RETIRED_BY_REQUEST, "retired by request");
            case RETIRED ->
                new Decision(version, ModelStatus.RETIRED, Cause.RETIRED_BY_REQUEST, "retired by request")
                        .keptUntil(clock.instant());
            case ACTIVE ->
                throw new RolloutException("version " + version
                        + " is ACTIVE: searches need it. Promote or roll back to another one first");
            case REJECTED -> throw new RolloutException("version " + version + " is REJECTED already");
        });
    }

    /** That an artifact cannot be read now is nothing to reject a version for. */
    private static Decision readable(String version, Supplier<Decision> decision) {
        try {
            return decision.get();
        } catch (ArtifactUnavailableException e) {
            throw new RolloutException("version " + version + " stays as it is, try again: " + e.getMessage());
        }
    }

    private static Decision staged(ModelVersions versions, String version) {
        ModelEvent event = requireStatus(versions, version, ModelStatus.CANDIDATE);
        return Artifacts.stage(event, Cause.PROMOTED, "promoted by request: it back-fills now");
    }

    private Decision activated(ModelVersions versions, String version) {
        ModelEvent event = requireStatus(versions, version, ModelStatus.STAGED);
        return Artifacts.activate(event, Cause.PROMOTED, "promoted by request, without the gates");
    }

    private void awaitCaughtUp(String version) {
        LaneIndex index = requireIndex(version);
        Catchup catchup = new Catchup(version, clock.instant());
        Instant latest = clock.instant().plus(CATCH_UP);
        LaneProgress progress = LaneProgress.read(admin, version);
        while (!catchup.isComplete(progress, index, clock.instant())) {
            if (clock.instant().isAfter(latest)) {
                throw new RolloutException("version " + version + " still back-fills: its lane is " + progress.lag()
                        + " image events behind and its index is at "
                        + Math.round(100 * index.progress()) + " %; searches would miss images");
            }
            pause();
            progress = LaneProgress.read(admin, version);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RolloutException("interrupted while waiting for a back-fill");
        }
    }

    private LaneIndex requireIndex(String version) {
        return indexes.findReady(version)
                .orElseThrow(
                        () -> new RolloutException(
                                "the index of " + version
                                        + " is being opened or built; try again when GET /v1/status does not show it under 'building'"));
    }

    private Done decide(String version, Function<ModelVersions, Decision> decision) {
        String refusal = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ModelVersions before = catalog.current();
            ModelStatus from = before.status(named(before, version));
            Decision decided = readable(version, () -> decision.apply(before));
            long offset = log.decide(before, decided, clock.instant());
            Optional<String> refused = catalog.await(offset, READ_BACK).refusal(offset);
            if (refused.isEmpty()) {
                if (decided.cause() == Cause.ARTIFACT_REFUSED) {
                    throw new RolloutException("version " + version + " was rejected: " + decided.reason());
                }
                return new Done(version, from, decided.to(), decided.cause(), offset);
            }
            refusal = refused.get();
        }
        throw new RolloutException("the versions changed " + ATTEMPTS + " times while this was asked for (" + refusal
                + "); look at them and try again");
    }

    private static ModelEvent requireStatus(ModelVersions versions, String version, ModelStatus status) {
        ModelEvent event = named(versions, version);
        if (versions.status(event) != status) {
            throw new RolloutException(
                    "version " + version + " is " + versions.status(event) + " by now, not " + status);
        }
        return event;
    }

    private ModelEvent before(ModelVersions versions) {
        return versions.before(clock.instant())
                .orElseThrow(() -> new RolloutException(
                        "no version that answered before is kept: there is nothing to go back to"));
    }

    private static ModelEvent named(ModelVersions versions, String version) {
        return versions.find(version).orElseThrow(() -> {
            List<String> known =
                    versions.all().stream().map(ModelEvent::getVersion).toList();
            return new RolloutException("there is no version " + version + ", only " + known);
        });
    }
}
