package io.sightline.deploy.faults;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.EmbeddingModel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The networks of all versions, to compute from outside what a search should have said. Thread-safe; close it once. */
final class VersionSpaces implements AutoCloseable {

    private final SeededDrawings drawings;
    private final Map<String, Space> spaces = new ConcurrentHashMap<>();

    VersionSpaces(SeededDrawings drawings) {
        this.drawings = drawings;
    }

    private record Space(EmbeddingModel model, Preprocessor preprocessor) {}

    /** To be called before a version can answer. */
    void add(ModelArtifact artifact) {
        EmbeddingModel model = EmbeddingModel.load(artifact);
        Preprocessor preprocessor = new Preprocessor(model.descriptor().preprocessing(), ImageLimits.DEFAULT);
        spaces.put(model.version(), new Space(model, preprocessor));
    }

    /** Vector of a drawing in the space of a version. */
    float[] embed(String version, int drawing) {
        Space space = spaces.get(version);
        if (space == null) {
            throw new IllegalStateException("nobody published version " + version);
        }
        try {
            return space.model.embed(space.preprocessor.pixels(drawings.png(drawing)));
        } catch (RejectedImageException e) {
            throw new IllegalStateException("drawing " + drawing + " cannot be embedded: " + e.getMessage(), e);
        }
    }

    /** Cosine of two drawings in the space of a version. */
    double cosine(String version, int one, int other) {
        float[] left = embed(version, one);
        float[] right = embed(version, other);
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += (double) left[i] * right[i];
        }
        return sum;
    }

    @Override
    public void close() {
        spaces.values().forEach(space -> {
            space.model.close();
            space.preprocessor.close();
        });
    }
}
