package io.sightline.indexer.rollout;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactUnavailableException;
import io.sightline.embedder.artifact.LoadBackoff;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps of a version that need its artifact. Without a good one they become its rejection: bytes that are not those that
 * were published never will be. An artifact that cannot be read says nothing of the version: the step is tried again,
 * after a second at first, and after a minute at most. Not thread-safe.
 */
final class Artifacts {

    private static final Logger LOG = LoggerFactory.getLogger(Artifacts.class);
    static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private final LoadBackoff backoff;

    Artifacts() {
        this(System::nanoTime);
    }

    /** With another clock than {@link System#nanoTime}. */
    Artifacts(LongSupplier nanoTime) {
        this.backoff = new LoadBackoff(FIRST_RETRY, nanoTime);
    }

    /** What {@link #stage} says; empty as long as the artifact cannot be read. */
    Optional<Decision> toStage(ModelEvent event, Cause cause, String reason) {
        return attempt(event.getVersion(), () -> stage(event, cause, reason));
    }

    /** What {@link #activate} says; empty as long as the artifact cannot be read. */
    Optional<Decision> toActivate(ModelEvent event, Cause cause, String reason) {
        return attempt(event.getVersion(), () -> activate(event, cause, reason));
    }

    private Optional<Decision> attempt(String version, Supplier<Decision> step) {
        if (!backoff.mayTry(version)) {
            return Optional.empty();
        }
        try {
            Decision decision = step.get();
            backoff.succeeded(version);
            return Optional.of(decision);
        } catch (ArtifactUnavailableException e) {
            Duration pause = backoff.failed(version);
            LOG.warn("version {} has to wait, will retry in {} s: {}", version, pause.toSeconds(), e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * A version that cannot be loaded is refused before a lane is begun for it; the active one goes on.
     *
     * @throws ArtifactUnavailableException if its artifact cannot be read now
     */
    static Decision stage(ModelEvent event, Cause cause, String reason) {
        return decide(event, () -> {
            EmbeddingModel.load(ModelArtifact.of(event)).close();
            return new Decision(event.getVersion(), ModelStatus.STAGED, cause, reason);
        });
    }

    /**
     * A version whose artifact is not what it was any more would leave searches without a network.
     *
     * @throws ArtifactUnavailableException if its artifact cannot be read now
     */
    static Decision activate(ModelEvent event, Cause cause, String reason) {
        return decide(event, () -> {
            ModelArtifact verified = ModelArtifact.of(event);
            return new Decision(verified.descriptor().version(), ModelStatus.ACTIVE, cause, reason);
        });
    }

    private static Decision decide(ModelEvent event, Supplier<Decision> step) {
        try {
            return step.get();
        } catch (ArtifactUnavailableException e) {
            throw e;
        } catch (ArtifactException e) {
            return new Decision(
                    event.getVersion(), ModelStatus.REJECTED, Cause.ARTIFACT_REFUSED, String.valueOf(e.getMessage()));
        }
    }
}
