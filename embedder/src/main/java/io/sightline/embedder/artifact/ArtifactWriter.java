package io.sightline.embedder.artifact;

import static io.sightline.embedder.artifact.ModelArtifact.JSON;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.schemas.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.FloatNdArray;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Writes artifacts into a temporary folder, hashes them file by file, and renames them into place. Thread-safe. */
public final class ArtifactWriter {

    private static final int SUFFIX = 12;

    private final Path root;
    private final boolean shared;

    /** Writes below the given folder, one sub-folder per version, and is the only one who does. */
    public ArtifactWriter(Path root) {
        this(root, false);
    }

    private ArtifactWriter(Path root, boolean shared) {
        this.root = root.toAbsolutePath();
        this.shared = shared;
    }

    /**
     * Writes below a folder that others write to as well, perhaps a version of the same name: each artifact gets a
     * sub-folder of its own, and none is ever replaced.
     */
    public static ArtifactWriter shared(Path root) {
        return new ArtifactWriter(root, true);
    }

    /**
     * Writes one version. Where nobody else writes, a folder that a crash left under the same name is replaced: it was
     * never published.
     *
     * @param session session over a graph whose weights are constants
     * @param image input, uint8 [N, size, size, channels]
     * @param embedding output, float32 [N, d], unit rows
     * @throws UncheckedIOException if the folder cannot be written
     */
    public ModelArtifact write(
            ModelDescriptor descriptor, Session session, Operand<TUint8> image, Operand<TFloat32> embedding) {
        return write(descriptor, session, image, embedding, null);
    }

    /** The same with a map into another version's space. */
    public ModelArtifact write(
            ModelDescriptor descriptor,
            Session session,
            Operand<TUint8> image,
            Operand<TFloat32> embedding,
            @Nullable SpaceMap map) {
        String name = shared
                ? descriptor.version() + "-"
                        + UUID.randomUUID().toString().replace("-", "").substring(0, SUFFIX)
                : descriptor.version();
        Path target = root.resolve(name);
        Path temporary = root.resolve("." + name + ".tmp");
        try {
            Files.createDirectories(root);
            delete(temporary);
            export(temporary, session, image, embedding);
            Canaries canaries = Canaries.of(
                    descriptor.preprocessing().bytes(), pixels -> run(descriptor, session, image, embedding, pixels));
            Files.write(temporary.resolve(Canaries.FILE), canaries.encode());
            Files.write(
                    temporary.resolve(ModelArtifact.DESCRIPTOR),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(descriptor));
            if (map != null) {
                map.write(temporary);
            }
            byte[] manifest = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest(temporary));
            Files.write(temporary.resolve(ModelArtifact.MANIFEST), manifest);
            delete(target);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            return new ModelArtifact(target, descriptor, Sha256.hex(manifest));
        } catch (IOException e) {
            try {
                delete(temporary);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw new UncheckedIOException(
                    "could not write the artifact of " + descriptor.version() + " to " + target, e);
        }
    }

    /**
     * Removes an artifact of this writer that nobody knows of.
     *
     * @throws UncheckedIOException if it cannot be removed
     */
    public void discard(ModelArtifact artifact) {
        try {
            delete(artifact.directory());
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove the artifact " + artifact.directory(), e);
        }
    }

    private static void export(Path folder, Session session, Operand<TUint8> image, Operand<TFloat32> embedding)
            throws IOException {
        Signature signature = Signature.builder()
                .input(ModelDescriptor.INPUT, image)
                .output(ModelDescriptor.OUTPUT, embedding)
                .build();
        SavedModelBundle.exporter(folder.toString())
                .withFunction(SessionFunction.create(signature, session))
                .export();
    }

    /** What the session gives, as it is and before it is written. */
    private static float[][] run(
            ModelDescriptor descriptor,
            Session session,
            Operand<TUint8> image,
            Operand<TFloat32> embedding,
            List<byte[]> pixels) {
        Preprocessing input = descriptor.preprocessing();
        ByteBuffer batch = ByteBuffer.allocate(pixels.size() * input.bytes());
        pixels.forEach(batch::put);
        Shape shape = Shape.of(pixels.size(), input.size(), input.size(), input.channels());
        int d = descriptor.dimensions();
        try (TUint8 fed = TUint8.tensorOf(shape, DataBuffers.of(batch.array()));
                Result result =
                        session.runner().feed(image, fed).fetch(embedding).run()) {
            float[][] vectors = new float[pixels.size()][d];
            FloatNdArray rows = (TFloat32) result.get(0);
            for (int i = 0; i < vectors.length; i++) {
                rows.get(i).copyTo(DataBuffers.of(vectors[i]));
            }
            return vectors;
        }
    }

    private static ModelArtifact.Manifest manifest(Path folder) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                hashes.put(folder.relativize(file).toString(), Sha256.hex(Files.readAllBytes(file)));
            }
        }
        return new ModelArtifact.Manifest(hashes);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        }
    }
}
