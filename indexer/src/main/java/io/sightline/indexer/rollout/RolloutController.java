package io.sightline.indexer.rollout;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.lanes.LaneProgress;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.indexer.indexing.LaneIndex;
import io.sightline.indexer.indexing.LaneIndexes;
import io.sightline.schemas.TopicAdmin;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.net.URI;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves versions from CANDIDATE to STAGED to ACTIVE to RETIRED, each step an event in {@code sightline.models}.
 *
 * <p>At most one version back-fills; of several candidates the newest is staged and the older ones are rejected. A
 * staged version becomes active when it has caught up, see {@link Catchup}. The ACTIVE event is the swap; everyone,
 * this process included, follows the topic. Thread-safe.
 *
 * <p>On failure: nothing is kept here that the topic does not say, so a controller that starts again goes on; a broker
 * that does not answer is asked again.
 */
public final class RolloutController implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutController.class);
    private static final Duration TICK = Duration.ofMillis(200);

    private final ModelCatalog catalog;
    private final ModelLog log;
    private final LaneIndexes indexes;
    private final RolloutSettings settings;
    private final Admin admin;
    private final Clock clock;
    private final ScheduledExecutorService ticker;
    private @Nullable Catchup catchup;
    private long lastWritten = -1;

    /** Starts to work. Uses, and does not close, what it is given. */
    public RolloutController(
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
        this.ticker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("rollout").factory());
        ticker.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Goes back to a retired version that is still within its grace: the same swap backwards.
     *
     * @param version the version to go back to, or null for the one that was retired last
     * @return the version that is active now
     * @throws RolloutException if there is no such version, or its lane and index are gone
     */
    public synchronized String rollback(@Nullable String version) {
        ModelVersions versions = catalog.current();
        if (isBehind(versions)) {
            throw new RolloutException("a transition is just being written; try again in a second");
        }
        ModelEvent target = version == null ? lastRetired(versions) : named(versions, version);
        boolean alive = versions.live(clock.instant()).stream()
                .anyMatch(event -> event.getVersion().equals(target.getVersion()));
        boolean indexed = indexes.find(target.getVersion())
                .filter(index -> index.failure() == null)
                .isPresent();
        if (versions.status(target) != ModelStatus.RETIRED || !alive || !indexed) {
            throw new RolloutException("version " + target.getVersion() + " is " + versions.status(target)
                    + (alive ? "" : " and its grace is over") + "; only a retired version within its grace can be gone"
                    + " back to");
        }
        long lag = LaneProgress.read(admin, target.getVersion()).lag();
        if (lag > settings.rollbackLag()) {
            throw new RolloutException("version " + target.getVersion() + " is " + lag
                    + " image events behind; it would answer without them. Look at its lane in /v1/status");
        }
        write(target, ModelStatus.ACTIVE, "rolled back to by request", clock.instant(), null);
        return target.getVersion();
    }

    /** Image events that the lane of each live version has not committed yet. */
    public Map<String, Long> lags() {
        Map<String, Long> lags = new TreeMap<>();
        for (ModelEvent event : catalog.current().live(clock.instant())) {
            if (indexes.find(event.getVersion()).isPresent()) {
                lags.put(
                        event.getVersion(),
                        LaneProgress.read(admin, event.getVersion()).lag());
            }
        }
        return lags;
    }

    @Override
    public void close() {
        ticker.shutdown();
        try {
            if (!ticker.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("the rollout controller did not stop within 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void tick() {
        try {
            Instant now = clock.instant();
            ModelVersions versions = catalog.current();
            if (isBehind(versions)) {
                return;
            }
            retireReplaced(versions, now);
            indexes.follow(versions, new TopicAdmin(admin), now);
            stageNext(versions, now);
            activateComplete(versions, now);
        } catch (RuntimeException | Error e) {
            LOG.warn("the rollout could not be looked after, will retry in {} ms: {}", TICK.toMillis(), e.toString());
        }
    }

    /** Bookkeeping behind a swap: the ACTIVE event of the new version has already replaced these. */
    private void retireReplaced(ModelVersions versions, Instant now) {
        String active = versions.active().map(ModelEvent::getVersion).orElse("");
        versions.all().stream()
                .filter(event -> event.getStatus() == ModelStatus.ACTIVE)
                .filter(event -> !event.getVersion().equals(active))
                .forEach(event ->
                        write(event, ModelStatus.RETIRED, "replaced by " + active, now, now.plus(settings.grace())));
    }

    private void stageNext(ModelVersions versions, Instant now) {
        List<ModelEvent> candidates = versions.withStatus(ModelStatus.CANDIDATE);
        if (candidates.isEmpty() || !versions.withStatus(ModelStatus.STAGED).isEmpty()) {
            return;
        }
        ModelEvent newest = candidates.getLast();
        if (stage(newest, now)) {
            candidates
                    .subList(0, candidates.size() - 1)
                    .forEach(older ->
                            write(older, ModelStatus.REJECTED, "superseded by " + newest.getVersion(), now, null));
        }
    }

    /** A version that cannot be loaded is refused before a lane is begun for it; the active one goes on. */
    private boolean stage(ModelEvent next, Instant now) {
        try {
            EmbeddingModel.load(ModelArtifact.open(URI.create(next.getArtifactUri()), next.getManifestSha256()))
                    .close();
            write(next, ModelStatus.STAGED, "its turn to back-fill", now, null);
            return true;
        } catch (ArtifactException e) {
            write(next, ModelStatus.REJECTED, String.valueOf(e.getMessage()), now, null);
            return false;
        }
    }

    private void activateComplete(ModelVersions versions, Instant now) {
        List<ModelEvent> staged = versions.withStatus(ModelStatus.STAGED);
        if (staged.isEmpty()) {
            return;
        }
        ModelEvent next = staged.getLast();
        Optional<LaneIndex> index = indexes.find(next.getVersion());
        if (index.isEmpty()) {
            return;
        }
        if (catchup == null || !catchup.version().equals(next.getVersion())) {
            catchup = new Catchup(next.getVersion(), now);
        }
        long activeDocuments = versions.active()
                .flatMap(active -> indexes.find(active.getVersion()))
                .map(active -> active.store().count())
                .orElse(0L);
        LaneProgress progress = LaneProgress.read(admin, next.getVersion());
        if (catchup.isComplete(progress, index.get(), activeDocuments, now)) {
            activate(next, index.get().store().count(), now);
            catchup = null;
        } else if (catchup.stalledFor(now).compareTo(settings.stallTimeout()) > 0) {
            write(
                    next,
                    ModelStatus.REJECTED,
                    "no progress for " + settings.stallTimeout() + ": lag " + progress.lag() + ", "
                            + index.get().store().count() + " images against " + activeDocuments
                            + " in the active index",
                    now,
                    null);
            catchup = null;
        }
    }

    /** The swap. A version whose artifact cannot be verified would leave searches without a network. */
    private void activate(ModelEvent next, long images, Instant now) {
        try {
            ModelArtifact.open(URI.create(next.getArtifactUri()), next.getManifestSha256());
            write(next, ModelStatus.ACTIVE, "lane has no lag and the index holds " + images + " images", now, null);
        } catch (ArtifactException e) {
            write(next, ModelStatus.REJECTED, String.valueOf(e.getMessage()), now, null);
        }
    }

    private void write(ModelEvent event, ModelStatus status, String reason, Instant now, @Nullable Instant expiresAt) {
        lastWritten = log.transition(event, status, reason, now, expiresAt);
    }

    /** Deciding by a state that lacks our own last word could undo it. */
    private boolean isBehind(ModelVersions versions) {
        return versions.lastOffset() < lastWritten;
    }

    private static ModelEvent lastRetired(ModelVersions versions) {
        return versions.withStatus(ModelStatus.RETIRED).stream()
                .max(java.util.Comparator.comparing(ModelEvent::getEventTime))
                .orElseThrow(() -> new RolloutException("no version was retired yet: there is nothing to go back to"));
    }

    private static ModelEvent named(ModelVersions versions, String version) {
        return versions.find(version).orElseThrow(() -> new RolloutException("there is no version " + version));
    }
}
