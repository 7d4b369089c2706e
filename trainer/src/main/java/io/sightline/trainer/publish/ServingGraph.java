package io.sightline.trainer.publish;

import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.embedder.artifact.SpaceMap;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.trainer.nets.ConstantWeights;
import io.sightline.trainer.nets.EmbeddingNet;
import io.sightline.trainer.nets.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** A trained network with its weights as constants: what is evaluated is exactly what is published. Thread-safe. */
public final class ServingGraph implements AutoCloseable {

    private static final int BATCH = 128;
    /** 128 photos of 96 pixels; fewer of larger ones. */
    private static final int BATCH_BYTES = BATCH * 96 * 96 * 3;

    private final EmbeddingNet net;
    private final Graph graph = new Graph();
    private final Session session;
    private final Placeholder<TUint8> image;
    private final Operand<TFloat32> embedding;

    /** Builds the graph. */
    public ServingGraph(EmbeddingNet net, Map<String, HostTensor> weights) {
        NativeTensorFlow.load();
        this.net = net;
        Ops tf = Ops.create(graph);
        image = tf.placeholder(TUint8.class, Placeholder.shape(net.inputShape()));
        embedding = net.build(tf, image, new ConstantWeights(weights));
        session = new Session(graph);
    }

    /** The network. */
    public EmbeddingNet net() {
        return net;
    }

    /**
     * Embeds preprocessed images.
     *
     * @param pixels N images, each [size, size, channels] uint8
     * @return [N, d], unit rows
     */
    public float[][] embed(List<byte[]> pixels) {
        List<float[]> vectors = new ArrayList<>(pixels.size());
        int batch = Math.clamp(BATCH_BYTES / net.preprocessing().bytes(), 1, BATCH);
        for (int from = 0; from < pixels.size(); from += batch) {
            embedBatch(pixels.subList(from, Math.min(pixels.size(), from + batch)), vectors);
        }
        return vectors.toArray(new float[0][]);
    }

    /** Writes the network as an artifact. */
    public ModelArtifact write(ArtifactWriter writer, String version) {
        return write(writer, version, null);
    }

    /** Writes the network as an artifact with a map into another version's space. */
    public ModelArtifact write(ArtifactWriter writer, String version, @Nullable SpaceMap map) {
        ModelDescriptor descriptor =
                new ModelDescriptor(version, net.dimensions(), net.preprocessing(), net.describe());
        return writer.write(descriptor, session, image, embedding, map);
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }

    private void embedBatch(List<byte[]> pixels, List<float[]> vectors) {
        int bytes = net.preprocessing().bytes();
        byte[] flat = new byte[pixels.size() * bytes];
        for (int i = 0; i < pixels.size(); i++) {
            System.arraycopy(pixels.get(i), 0, flat, i * bytes, bytes);
        }
        int size = net.preprocessing().size();
        Shape shape = Shape.of(pixels.size(), size, size, net.preprocessing().channels());
        try (TUint8 input = TUint8.tensorOf(shape, DataBuffers.of(flat));
                Result result =
                        session.runner().feed(image, input).fetch(embedding).run()) {
            float[] values = HostTensor.copyOf(result.get(0)).values();
            int d = net.dimensions();
            for (int i = 0; i < pixels.size(); i++) {
                vectors.add(java.util.Arrays.copyOfRange(values, i * d, (i + 1) * d));
            }
        }
    }
}
