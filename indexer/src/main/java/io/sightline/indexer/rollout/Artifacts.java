package io.sightline.indexer.rollout;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.Cause;
import io.sightline.embedder.versions.Decision;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;

/** Steps of a version that need its artifact; without it they become its rejection. */
final class Artifacts {

    private Artifacts() {}

    /** A version that cannot be loaded is refused before a lane is begun for it; the active one goes on. */
    static Decision stage(ModelEvent event, Cause cause, String reason) {
        try {
            EmbeddingModel.load(open(event)).close();
            return new Decision(event.getVersion(), ModelStatus.STAGED, cause, reason);
        } catch (ArtifactException e) {
            return refused(event, e);
        }
    }

    /** A version whose artifact cannot be verified any more would leave searches without a network. */
    static Decision activate(ModelEvent event, Cause cause, String reason) {
        try {
            open(event);
            return new Decision(event.getVersion(), ModelStatus.ACTIVE, cause, reason);
        } catch (ArtifactException e) {
            return refused(event, e);
        }
    }

    private static ModelArtifact open(ModelEvent event) {
        try {
            return ModelArtifact.open(URI.create(event.getArtifactUri()), event.getManifestSha256());
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new ArtifactException("'" + event.getArtifactUri() + "' is no folder of an artifact: " + e, e);
        }
    }

    private static Decision refused(ModelEvent event, ArtifactException why) {
        return new Decision(
                event.getVersion(), ModelStatus.REJECTED, Cause.ARTIFACT_REFUSED, String.valueOf(why.getMessage()));
    }
}
