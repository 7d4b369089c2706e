package io.sightline.embedder.runtime;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactUnavailableException;
import io.sightline.embedder.artifact.Canaries;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.schemas.Vectors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * One model version, loaded through DJL's TensorFlow engine from a verified artifact. Thread-safe.
 *
 * <p>Closing waits for the predictions in flight: TensorFlow would take the process down otherwise.
 */
public final class EmbeddingModel implements BatchEmbedder, AutoCloseable {

    private static final int WARM_UP_BATCH = 2;

    private final ModelDescriptor descriptor;
    private final ZooModel<List<byte[]>, float[][]> model;
    private final Queue<Predictor<List<byte[]>, float[][]>> idle = new ConcurrentLinkedQueue<>();
    private final ReadWriteLock inUse = new ReentrantReadWriteLock();
    private boolean closed;

    private EmbeddingModel(ModelDescriptor descriptor, ZooModel<List<byte[]>, float[][]> model) {
        this.descriptor = descriptor;
        this.model = model;
    }

    /** Loads a version on the device {@link ComputeDevice#auto}, see {@link #load(ModelArtifact, ComputeDevice)}. */
    public static EmbeddingModel load(ModelArtifact artifact) {
        return load(artifact, ComputeDevice.auto());
    }

    /**
     * Loads a version, warms it up, and asks it for the vectors that it was written with.
     *
     * @throws DeviceUnavailableException if the device is not there
     * @throws ArtifactUnavailableException if its files cannot be read now
     * @throws ArtifactException if the graph may do more than arithmetic, cannot be loaded, or does not give unit vectors
     *     of the right length or those of its canaries
     */
    public static EmbeddingModel load(ModelArtifact artifact, ComputeDevice device) {
        device.requireAvailable();
        return loadUnchecked(artifact, device);
    }

    /** Where there is no such device, the network runs on the CPU. */
    static EmbeddingModel loadUnchecked(ModelArtifact artifact, ComputeDevice device) {
        NativeTensorFlow.load();
        GraphPolicy.requireHarmless(artifact);
        ModelDescriptor descriptor = artifact.descriptor();
        try {
            EmbeddingModel loaded = new EmbeddingModel(descriptor, session(artifact, device));
            try {
                loaded.warmUp();
                Canaries.read(artifact).requireSame(descriptor.version(), loaded::embed);
                return loaded;
            } catch (RuntimeException e) {
                loaded.close();
                throw e;
            }
        } catch (ArtifactException e) {
            throw e;
        } catch (IOException | ModelNotFoundException | MalformedModelException | RuntimeException e) {
            // The engine reads the files itself and does not say whether it could: perhaps they cannot be read now.
            ModelArtifact.open(artifact.directory().toUri(), artifact.manifestSha256());
            // A graph that loads and cannot be run is no better than one that cannot be loaded.
            throw new ArtifactException(
                    "version " + descriptor.version() + " in " + artifact.directory() + " cannot be loaded: "
                            + e.getMessage(),
                    e);
        }
    }

    @SuppressWarnings("unchecked") // DJL asks for the class of a generic input.
    private static ZooModel<List<byte[]>, float[][]> session(ModelArtifact artifact, ComputeDevice device)
            throws IOException, ModelNotFoundException, MalformedModelException {
        try (PinnedGraph graph = PinnedGraph.of(artifact, device)) {
            return Criteria.builder()
                    .setTypes((Class<List<byte[]>>) (Class<?>) List.class, float[][].class)
                    .optEngine("TensorFlow")
                    // Of the arrays that go in and come out; where the network runs is up to its session.
                    .optDevice(Device.cpu())
                    .optOption(
                            "ConfigProto",
                            Base64.getEncoder()
                                    .encodeToString(SessionConfigs.of(device).toByteArray()))
                    .optModelPath(graph.folder())
                    .optTranslator(new BatchTranslator(artifact.descriptor()))
                    .build()
                    .loadModel();
        }
    }

    /** What this is. */
    public ModelDescriptor descriptor() {
        return descriptor;
    }

    @Override
    public String version() {
        return descriptor.version();
    }

    /**
     * Embeds a batch, see {@link BatchEmbedder#embed}.
     *
     * @throws IllegalStateException after close
     */
    @Override
    public float[][] embed(List<byte[]> pixels) {
        inUse.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("version " + version() + " is closed");
            }
            Predictor<List<byte[]>, float[][]> predictor = idle.poll();
            if (predictor == null) {
                predictor = model.newPredictor();
            }
            float[][] vectors;
            try {
                vectors = predictor.predict(pixels);
            } catch (TranslateException | RuntimeException e) {
                throw new InferenceException(version(), pixels.size(), e);
            } finally {
                idle.add(predictor);
            }
            requireUnit(vectors);
            return vectors;
        } finally {
            inUse.readLock().unlock();
        }
    }

    /** A vector without a direction, NaN for instance, is of no use to an index or to a query. */
    private void requireUnit(float[][] vectors) {
        for (int i = 0; i < vectors.length; i++) {
            if (!Vectors.isUnit(vectors[i])) {
                throw new NoUnitVectorException(version(), i, Vectors.squaredLength(vectors[i]));
            }
        }
    }

    /** Embeds one preprocessed image, see {@link #embed(List)}. */
    public float[] embed(byte[] pixels) {
        return embed(List.of(pixels))[0];
    }

    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                idle.forEach(Predictor::close);
                model.close();
            }
        } finally {
            inUse.writeLock().unlock();
        }
    }

    private void warmUp() {
        byte[] black = new byte[descriptor.preprocessing().bytes()];
        embed(Collections.nCopies(WARM_UP_BATCH, black));
    }

    /** Packs a whole batch into one direct buffer: one copy in, one copy out. */
    private record BatchTranslator(ModelDescriptor descriptor) implements Translator<List<byte[]>, float[][]> {

        private static final String EXPECTED = "expected shape";

        @Override
        public NDList processInput(TranslatorContext context, List<byte[]> pixels) {
            int size = descriptor.preprocessing().size();
            int channels = descriptor.preprocessing().channels();
            ByteBuffer batch = ByteBuffer.allocateDirect(
                    pixels.size() * descriptor.preprocessing().bytes());
            pixels.forEach(batch::put);
            batch.flip();
            NDManager manager = context.getNDManager();
            NDArray images = manager.create(batch, new Shape(pixels.size(), size, size, channels), DataType.UINT8);
            images.setName(ModelDescriptor.INPUT);
            context.setAttachment(EXPECTED, new Shape(pixels.size(), descriptor.dimensions()));
            return new NDList(images);
        }

        @Override
        public float[][] processOutput(TranslatorContext context, NDList outputs) {
            NDArray output = outputs.singletonOrThrow();
            if (!output.getShape().equals(context.getAttachment(EXPECTED))) {
                throw new IllegalStateException("the network gives vectors of shape " + output.getShape() + ", not "
                        + context.getAttachment(EXPECTED));
            }
            float[] flat = output.toFloatArray();
            int d = descriptor.dimensions();
            float[][] vectors = new float[flat.length / d][d];
            for (int i = 0; i < vectors.length; i++) {
                System.arraycopy(flat, i * d, vectors[i], 0, d);
            }
            return vectors;
        }

        @Override
        @SuppressWarnings("NullAway") // DJL: null means that the input is a batch already.
        public Batchifier getBatchifier() {
            return null;
        }
    }
}
