package io.sightline.embedder.testing;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.schemas.avro.Lineage;
import io.sightline.schemas.avro.ModelEvent;
import io.sightline.schemas.avro.ModelStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Real artifacts with a tiny network: a random projection of the pixels. Another seed is another space. */
public final class TestModels {

    /** The networks have no vector for an image that has this value everywhere. */
    public static final int BLIND_SPOT = 77;

    private TestModels() {}

    /** Writes a version below root. */
    public static ModelArtifact write(Path root, String version, Preprocessing preprocessing, int d, long seed) {
        return write(root, version, preprocessing, d, seed, null, any -> true);
    }

    /** Writes a version with a map into another one's space below root. */
    public static ModelArtifact write(
            Path root, String version, Preprocessing preprocessing, int d, long seed, @Nullable SpaceMap map) {
        return write(root, version, preprocessing, d, seed, map, any -> true);
    }

    /** Writes a version that sees some of the pixels only below root. */
    public static ModelArtifact write(
            Path root, String version, Preprocessing preprocessing, int d, long seed, IntPredicate seen) {
        return write(root, version, preprocessing, d, seed, null, seen);
    }

    private static ModelArtifact write(
            Path root,
            String version,
            Preprocessing preprocessing,
            int d,
            long seed,
            @Nullable SpaceMap map,
            IntPredicate seen) {
        NativeTensorFlow.load();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Placeholder<TUint8> image = tf.placeholder(
                    TUint8.class,
                    Placeholder.shape(
                            Shape.of(-1, preprocessing.size(), preprocessing.size(), preprocessing.channels())));
            Operand<TFloat32> flat = tf.reshape(
                    tf.dtypes.cast(image, TFloat32.class), tf.constant(new int[] {-1, preprocessing.bytes()}));
            Operand<TFloat32> shifted = tf.math.sub(flat, tf.constant((float) BLIND_SPOT));
            Operand<TFloat32> projected =
                    tf.linalg.matMul(shifted, tf.constant(weights(preprocessing.bytes(), d, new Random(seed), seen)));
            Operand<TFloat32> embedding = unitRows(tf, projected);
            try (Session session = new Session(graph)) {
                ModelDescriptor descriptor = new ModelDescriptor(version, d, preprocessing, "random projection");
                return new ArtifactWriter(root).write(descriptor, session, image, embedding, map);
            }
        }
    }

    /** Rows divided by their lengths. */
    static Operand<TFloat32> unitRows(Ops tf, Operand<TFloat32> rows) {
        Operand<TFloat32> lengths =
                tf.math.sqrt(tf.reduceSum(tf.math.square(rows), tf.constant(1), ReduceSum.keepDims(true)));
        return tf.math.div(rows, lengths);
    }

    /** The event that announces an artifact. */
    public static ModelEvent event(ModelArtifact artifact, Instant now) {
        return ModelEvent.newBuilder()
                .setVersion(artifact.descriptor().version())
                .setStatus(ModelStatus.CANDIDATE)
                .setReason("test")
                .setEventTime(now)
                .setPublishedTime(now)
                .setArtifactUri(artifact.directory().toUri().toString())
                .setManifestSha256(artifact.manifestSha256())
                .setDimensions(artifact.descriptor().dimensions())
                .setPreprocessing(artifact.descriptor().preprocessingFingerprint())
                .setLineage(new Lineage(0L, 0L, 0, 0, Map.of()))
                .build();
    }

    private static float[][] weights(int rows, int columns, Random random, IntPredicate seen) {
        float[][] weights = new float[rows][columns];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < columns; i++) {
                float weight = (float) random.nextGaussian();
                weights[row][i] = seen.test(row) ? weight : 0;
            }
        }
        return weights;
    }
}
