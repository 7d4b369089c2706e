package io.sightline.trainer.rounds;

import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.runtime.EmbeddingModel;
import io.sightline.embedder.versions.ModelCatalog;
import io.sightline.schemas.avro.ModelEvent;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The active version's network, as far as a candidate can be compared with it. Thread-safe. */
final class ActiveNetwork {

    private static final Logger LOG = LoggerFactory.getLogger(ActiveNetwork.class);

    private final ModelCatalog catalog;
    private final String preprocessing;

    /**
     * Looks at the catalog each time it is asked.
     *
     * @param preprocessing fingerprint of what the candidate's images go through
     */
    ActiveNetwork(ModelCatalog catalog, String preprocessing) {
        this.catalog = catalog;
        this.preprocessing = preprocessing;
    }

    /** Whether the active version is more than an initial network, and sees the same pixels. */
    boolean mustCompare() {
        return catalog.current().active().stream()
                .anyMatch(event -> event.getLineage().getSteps() > 0 && seesTheSame(event));
    }

    private boolean seesTheSame(ModelEvent event) {
        return event.getPreprocessing().equals(preprocessing);
    }

    /** The active version's network; null if there is none, or none that sees the same pixels. */
    @Nullable
    EmbeddingModel load() {
        Optional<ModelEvent> active = catalog.current().active();
        if (active.isEmpty() || !seesTheSame(active.get())) {
            return null;
        }
        URI artifact = URI.create(active.get().getArtifactUri());
        try {
            return EmbeddingModel.load(ModelArtifact.open(artifact, active.get().getManifestSha256()));
        } catch (ArtifactException e) {
            LOG.error("the active version cannot be compared with: {}", e.getMessage());
            return null;
        }
    }
}
