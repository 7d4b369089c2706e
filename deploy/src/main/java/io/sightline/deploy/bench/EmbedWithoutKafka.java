package io.sightline.deploy.bench;

import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.image.ImageLimits;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.image.Preprocessor;
import io.sightline.embedder.image.RejectedImageException;
import io.sightline.embedder.runtime.EmbeddingModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** What the machine can do without Kafka: the network alone, and decoding with it. Close it once; not thread-safe. */
final class EmbedWithoutKafka implements AutoCloseable {

    private static final List<Integer> BATCHES = List.of(16, 32, 64, 128);
    private static final int DECODED_AHEAD = 256;

    private final EmbedContent content;
    private final EmbeddingModel model;
    private final SavedModelBundle bundle;
    private final Preprocessor preprocessor;
    private final ExecutorService decoders = BenchThreads.decoders();
    private final List<byte[]> decoded;
    private final int batch;

    /** Loads the network both ways, decodes all images, and finds the batch that is best for the raw session. */
    EmbedWithoutKafka(EmbedContent content, ModelArtifact artifact) {
        this.content = content;
        this.model = EmbeddingModel.load(artifact);
        this.bundle = SavedModelBundle.load(artifact.directory().toString());
        this.preprocessor = new Preprocessor(content.preprocessing(), ImageLimits.DEFAULT);
        this.decoded = content.images().stream().map(this::pixels).toList();
        this.batch = bestBatch();
    }

    /** A raw TF-Java session on decoded images. */
    void rawSession() {
        for (List<byte[]> some : batches(batch)) {
            run(some);
        }
    }

    /** The same through DJL. */
    void djl() {
        for (List<byte[]> some : batches(batch)) {
            model.embed(some);
        }
    }

    /** Decoded by a pool, some images ahead of the network. */
    void decodeAndDjl() {
        Deque<CompletableFuture<byte[]>> ahead = new ArrayDeque<>();
        List<byte[]> some = new ArrayList<>(batch);
        int submitted = 0;
        for (int done = 0; done < content.images().size(); done++) {
            while (submitted < content.images().size() && ahead.size() < DECODED_AHEAD) {
                byte[] image = content.images().get(submitted);
                ahead.add(CompletableFuture.supplyAsync(() -> pixels(image), decoders));
                submitted++;
            }
            some.add(ahead.remove().join());
            if (some.size() == batch || done == content.images().size() - 1) {
                model.embed(List.copyOf(some));
                some.clear();
            }
        }
    }

    @Override
    public void close() {
        decoders.shutdownNow();
        bundle.close();
        model.close();
        preprocessor.close();
    }

    private int bestBatch() {
        int best = BATCHES.getFirst();
        double shortest = Double.POSITIVE_INFINITY;
        for (int size : BATCHES) {
            List<byte[]> some = decoded.subList(0, Math.min(decoded.size(), 4 * BATCHES.getLast()));
            double nanos = Double.POSITIVE_INFINITY;
            for (int i = 0; i < 3; i++) {
                long start = System.nanoTime();
                for (int from = 0; from < some.size(); from += size) {
                    run(some.subList(from, Math.min(some.size(), from + size)));
                }
                nanos = Math.min(nanos, (double) (System.nanoTime() - start));
            }
            if (nanos < shortest) {
                shortest = nanos;
                best = size;
            }
        }
        return best;
    }

    private List<List<byte[]>> batches(int size) {
        List<List<byte[]>> batches = new ArrayList<>();
        for (int from = 0; from < decoded.size(); from += size) {
            batches.add(decoded.subList(from, Math.min(decoded.size(), from + size)));
        }
        return batches;
    }

    private void run(List<byte[]> pixels) {
        Preprocessing shape = content.preprocessing();
        byte[] flat = new byte[pixels.size() * shape.bytes()];
        for (int i = 0; i < pixels.size(); i++) {
            System.arraycopy(pixels.get(i), 0, flat, i * shape.bytes(), shape.bytes());
        }
        SignatureDef signature = bundle.metaGraphDef().getSignatureDefOrThrow("serving_default");
        String input = signature.getInputsOrThrow("image").getName();
        String output = signature.getOutputsOrThrow("embedding").getName();
        Session session = bundle.session();
        try (TUint8 fed = TUint8.tensorOf(
                        Shape.of(pixels.size(), shape.size(), shape.size(), shape.channels()), DataBuffers.of(flat));
                Result result = session.runner().feed(input, fed).fetch(output).run()) {
            TFloat32 vectors = (TFloat32) result.get(0);
            vectors.copyTo(DataBuffers.of(new float[(int) vectors.shape().size()]));
        }
    }

    private byte[] pixels(byte[] image) {
        try {
            return preprocessor.pixels(image);
        } catch (RejectedImageException e) {
            throw new CompletionException(e);
        }
    }
}
