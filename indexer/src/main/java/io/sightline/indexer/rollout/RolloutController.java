package io.sightline.indexer.rollout;

import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.indexer.lineage.ImageSource;
import io.sightline.indexer.rollout.gates.LiveQueries;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves versions from CANDIDATE to STAGED to ACTIVE to RETIRED, each step an event in {@code sightline.models}.
 *
 * <p>At most one version back-fills; what becomes of a newer one is {@link RolloutSettings.Policy}'s to say, and older
 * ones are rejected. A staged version becomes active when it has caught up and passed the gates ({@link Staging}). The
 * ACTIVE event is the swap; everyone, this process included, follows the topic.
 *
 * <p>Any number of processes may do this at once: they come to the same decisions, and of two that are written on the
 * same state the second has no effect. So each look at the state leads to one decision at most, and the next one is
 * made when that has been read back. Thread-safe.
 *
 * <p>On failure: nothing is kept here that the topic does not say, so a controller that starts again goes on; a broker
 * that does not answer is asked again, and a version whose artifact cannot be read waits.
 */
public final class RolloutController implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutController.class);
    private static final Duration TICK = Duration.ofMillis(200);
    /** When this is closed: brokers that are away are not waited for any longer. */
    private static final Duration LONGEST_TICK = Duration.ofSeconds(10);

    private final ModelCatalog catalog;
    private final ModelLog log;
    private final LaneIndexes indexes;
    private final RolloutSettings settings;
    private final Admin admin;
    private final Clock clock;
    private final ScheduledExecutorService ticker;
    private final Artifacts artifacts = new Artifacts();
    private final Staging staging;
    private long lastWritten = -1;

    /** Starts to work. Uses, and does not close, what it is given. */
    public RolloutController(
            ModelCatalog catalog,
            ModelLog log,
            LaneIndexes indexes,
            RolloutSettings settings,
            LiveQueries liveQueries,
            ImageSource source,
            Admin admin,
            Clock clock) {
        this.catalog = catalog;
        this.log = log;
        this.indexes = indexes;
        this.settings = settings;
        this.admin = admin;
        this.clock = clock;
        this.staging = new Staging(indexes, settings, artifacts, liveQueries, source, admin);
        this.ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("rollout").factory());
        ticker.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * How far the lane of each live version has come, read now.
     *
     * @throws IllegalStateException if the brokers do not answer
     */
    public Map<String, LaneProgress> progress() {
        Map<String, LaneProgress> progress = new TreeMap<>();
        for (ModelEvent event : catalog.current().live(clock.instant())) {
            if (indexes.find(event.getVersion()).isPresent()) {
                progress.put(event.getVersion(), LaneProgress.read(admin, event.getVersion()));
            }
        }
        return progress;
    }

    @Override
    public void close() {
        ticker.shutdown();
        try {
            if (!ticker.awaitTermination(LONGEST_TICK.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the rollout controller did not stop within {} s", LONGEST_TICK.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        staging.close();
    }

    private void tick() {
        try {
            Instant now = clock.instant();
            ModelVersions versions = catalog.current();
            staging.retain(versions);
            indexes.follow(versions, new TopicAdmin(admin), now);
            if (versions.lastSeen() >= lastWritten) {
                next(versions, now).ifPresent(decision -> lastWritten = log.decide(versions, decision, now));
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("the rollout could not be looked after, will retry in {} ms: {}", TICK.toMillis(), e.toString());
        }
    }

    private Optional<Decision> next(ModelVersions versions, Instant now) {
        return retireReplaced(versions, now)
                .or(() -> rejectDisplaced(versions))
                .or(() -> rejectOutdated(versions))
                .or(() -> stageNewest(versions))
                .or(() -> staging.conclude(versions, now));
    }

    /** Bookkeeping behind a swap: the ACTIVE event of the new version has already replaced this one. */
    private Optional<Decision> retireReplaced(ModelVersions versions, Instant now) {
        String active = versions.active().map(ModelEvent::getVersion).orElse("");
        return versions.all().stream()
                .filter(event -> event.getStatus() == ModelStatus.ACTIVE)
                .filter(event -> !event.getVersion().equals(active))
                .findFirst()
                .map(event -> new Decision(
                                event.getVersion(), ModelStatus.RETIRED, Cause.REPLACED, "replaced by " + active)
                        .keptUntil(now.plus(settings.grace())));
    }

    /** Bookkeeping behind a promotion: the STAGED event of the other version has already taken this one's place. */
    private static Optional<Decision> rejectDisplaced(ModelVersions versions) {
        return versions.withStatus(ModelStatus.REJECTED).stream()
                .filter(event -> event.getStatus() == ModelStatus.STAGED)
                .findFirst()
                .map(event -> new Decision(
                        event.getVersion(),
                        ModelStatus.REJECTED,
                        Cause.SUPERSEDED,
                        "superseded by a version that was promoted"));
    }

    /** A candidate that is older than what back-fills or answers has missed its turn; so has a staged one, by policy. */
    private Optional<Decision> rejectOutdated(ModelVersions versions) {
        List<ModelEvent> all = versions.all();
        List<ModelEvent> staged = versions.withStatus(ModelStatus.STAGED);
        List<ModelEvent> candidates = versions.withStatus(ModelStatus.CANDIDATE);
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        ModelEvent newest = candidates.getLast();
        if (!staged.isEmpty()
                && settings.policy() == RolloutSettings.Policy.SUPERSEDE
                && !staged.getFirst().getCause().equals(Cause.PROMOTED.text())
                && all.indexOf(newest) > all.indexOf(staged.getFirst())) {
            return Optional.of(superseded(staged.getFirst(), newest));
        }
        Optional<ModelEvent> ahead = staged.stream().findFirst().or(versions::active);
        return ahead.flatMap(other -> candidates.stream()
                .filter(candidate -> all.indexOf(candidate) < all.indexOf(other))
                .findFirst()
                .map(candidate -> superseded(candidate, other)));
    }

    private static Decision superseded(ModelEvent older, ModelEvent newer) {
        return new Decision(
                older.getVersion(), ModelStatus.REJECTED, Cause.SUPERSEDED, "superseded by " + newer.getVersion());
    }

    private Optional<Decision> stageNewest(ModelVersions versions) {
        List<ModelEvent> candidates = versions.withStatus(ModelStatus.CANDIDATE);
        if (candidates.isEmpty() || !versions.withStatus(ModelStatus.STAGED).isEmpty()) {
            return Optional.empty();
        }
        return artifacts.toStage(candidates.getLast(), Cause.ITS_TURN, "its turn to back-fill");
    }
}
