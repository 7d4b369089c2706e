package io.sightline.deploy.faults;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.VersionNetwork;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The networks of all versions, to compute from outside what a search should have said. Thread-safe; close it once. */
final class VersionSpaces implements AutoCloseable {

    private final SeededDrawings drawings;
    private final Map<String, VersionNetwork> spaces = new ConcurrentHashMap<>();

    VersionSpaces(SeededDrawings drawings) {
        this.drawings = drawings;
    }

    /** To be called before a version can answer. */
    void add(ModelArtifact artifact) {
        VersionNetwork network = VersionNetwork.load(artifact, ImageLimits.DEFAULT);
        spaces.put(network.version(), network);
    }

    /** Vector of a drawing in the space of a version. */
    float[] embed(String version, int drawing) {
        VersionNetwork space = spaces.get(version);
        if (space == null) {
            throw new IllegalStateException("nobody published version " + version);
        }
        try {
            return space.embed(drawings.png(drawing));
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
        spaces.values().forEach(VersionNetwork::close);
    }
}
