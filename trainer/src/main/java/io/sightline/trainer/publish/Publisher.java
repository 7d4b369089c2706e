package io.sightline.trainer.publish;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.embedder.versions.ModelLog;
import io.sightline.embedder.versions.ModelVersions;
import io.sightline.schemas.Topics;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes artifacts, checks them against the trainer, and announces versions. Not thread-safe: one trainer publishes.
 *
 * <p>On failure: of two trainers that publish a version of the same name the first one's is taken. Each writes to a folder
 * of its own, so the other one's does it no harm and is removed again.
 */
public final class Publisher {

    private static final Duration READ_BACK = Duration.ofMinutes(10);

    private final ArtifactWriter writer;
    private final ModelCatalog catalog;
    private final ModelLog log;
    private final Clock clock;

    /**
     * Uses, and does not close, catalog and log.
     *
     * @param models where artifacts are written
     */
    public Publisher(Path models, ModelCatalog catalog, ModelLog log, Clock clock) {
        this.writer = ArtifactWriter.shared(models);
        this.catalog = catalog;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Publishes a network as CANDIDATE, or records it as REJECTED with its figures.
     *
     * @param compatible the way into the active version's space, if it is good enough to search by; else null
     * @return the new version's name
     * @throws ArtifactException if what was written does not give the trainer's vectors
     * @throws IllegalStateException if somebody else has announced a version of this name meanwhile
     */
    public String publish(
            ServingGraph serving,
            Map<String, String> settings,
            Lineage lineage,
            Gate.Verdict verdict,
            @Nullable SpaceMap compatible) {
        ModelVersions versions = catalog.current();
        String version = versions.nextVersion();
        ModelArtifact artifact = serving.write(writer, version, compatible);
        try {
            // Loads it as others will: hashes, ops, canaries.
            EmbeddingModel.load(ModelArtifact.open(artifact.directory().toUri(), artifact.manifestSha256()))
                    .close();
        } catch (RuntimeException | Error e) {
            writer.discard(artifact);
            throw e;
        }
        Instant now = clock.instant();
        long offset = log.publish(ModelEvent.newBuilder()
                .setVersion(version)
                .setParent(versions.active().map(ModelEvent::getVersion).orElse(null))
                .setStatus(verdict.passed() ? ModelStatus.CANDIDATE : ModelStatus.REJECTED)
                .setReason(verdict.reason())
                .setEventTime(now)
                .setPublishedTime(now)
                .setArtifactUri(artifact.directory().toUri().toString())
                .setManifestSha256(artifact.manifestSha256())
                .setDimensions(artifact.descriptor().dimensions())
                .setPreprocessing(artifact.descriptor().preprocessingFingerprint())
                .setSettings(settings)
                .setLineage(lineage)
                .setMetrics(verdict.metrics())
                .setCompatibleWith(compatible == null ? null : compatible.base())
                .build());
        catalog.await(offset, READ_BACK).refusal(offset).ifPresent(why -> {
            writer.discard(artifact);
            throw new IllegalStateException("version " + version + " was not taken (" + why
                    + "): only one trainer may publish to " + Topics.MODELS + "; stop the other one");
        });
        return version;
    }
}
