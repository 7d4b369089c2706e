package io.sightline.embedder.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.embedder.artifact.ArtifactException;
import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.embedder.testing.TestModels;
import io.sightline.schemas.Sha256;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Artifacts whose hashes are right and that must not be used all the same. */
class HostileArtifactTest {

    private static final Preprocessing SHAPE = new Preprocessing(8, 1, false);

    @TempDir
    Path root;

    @Test
    void shouldRefuseAGraphThatReadsFiles() throws Exception {
        Path secret = Files.writeString(root.resolve("secret"), "12");
        ModelArtifact artifact = write("v1", (tf, flat) -> {
            Operand<TFloat32> read =
                    tf.strings.toNumber(tf.io.readFile(tf.constant(secret.toString())), TFloat32.class);
            return tf.math.add(flat, tf.math.mul(read, tf.constant(0f)));
        });

        assertRefused(artifact, "ReadFile", "StringToNumber");
    }

    @Test
    void shouldRefuseAGraphThatWritesFiles() {
        Path victim = root.resolve("victim");
        ModelArtifact artifact = write("v1", (tf, flat) -> {
            Ops after =
                    tf.withControlDependencies(tf.io.writeFile(tf.constant(victim.toString()), tf.constant("written")));
            return after.identity(flat);
        });
        assertThat(victim.toFile().delete()).isTrue();

        assertRefused(artifact, "WriteFile");
        assertThat(victim).doesNotExist();
    }

    @Test
    void shouldRefuseANetworkThatGivesOtherVectorsThanItsCanaries() throws Exception {
        ModelArtifact artifact = write("v1", (tf, flat) -> flat);
        Path canaries = artifact.directory().resolve("canaries.bin");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(canaries)).order(ByteOrder.LITTLE_ENDIAN);
        int firstComponent = 3 * Integer.BYTES + SHAPE.bytes();
        bytes.putFloat(firstComponent, bytes.getFloat(firstComponent) + 0.001f);
        Files.write(canaries, bytes.array());

        assertRefused(withNewManifest(artifact), "component 0 of canary 0");
    }

    @Test
    void shouldRefuseCanariesOfAnotherSize() throws Exception {
        ModelArtifact artifact = write("v1", (tf, flat) -> flat);
        Files.write(artifact.directory().resolve("canaries.bin"), new byte[7]);

        assertRefused(withNewManifest(artifact), "does not hold canaries of 64 bytes");
    }

    @Test
    void shouldRefuseAnArtifactWithoutCanaries() throws Exception {
        ModelArtifact artifact = write("v1", (tf, flat) -> flat);
        Files.delete(artifact.directory().resolve("canaries.bin"));

        assertRefused(withNewManifest(artifact), "cannot read the canaries");
    }

    @Test
    void shouldRefuseAnotherNumberOfDimensions() throws Exception {
        ModelArtifact artifact = write("v1", (tf, flat) -> flat);
        Path descriptor = artifact.directory().resolve("model.json");
        Files.writeString(
                descriptor, Files.readString(descriptor).replace("\"dimensions\" : 64", "\"dimensions\" : 32"));

        assertRefused(withNewManifest(artifact), "64), not (");
    }

    @Test
    void shouldRefuseAGraphThatCannotBeRunOnItsInput() throws Exception {
        ModelArtifact artifact = write("v1", (tf, flat) -> flat);
        Path descriptor = artifact.directory().resolve("model.json");
        Files.writeString(descriptor, Files.readString(descriptor).replaceFirst("\"size\"\\s*:\\s*8", "\"size\" : 16"));
        int pixels = 4 * SHAPE.bytes();
        ByteBuffer canary = ByteBuffer.allocate(3 * Integer.BYTES + pixels + 64 * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        canary.putInt(1).putInt(pixels).putInt(64);
        Files.write(artifact.directory().resolve("canaries.bin"), canary.array());

        assertRefused(withNewManifest(artifact), "v1", "cannot be loaded", "gives vectors of shape");
    }

    @Test
    void shouldRefuseBytesThatAreNoGraph() throws Exception {
        ModelArtifact artifact = write("v1", (tf, flat) -> flat);
        Files.write(artifact.directory().resolve("saved_model.pb"), new byte[] {1, 2, 3});

        assertRefused(withNewManifest(artifact), "cannot read the graph");
    }

    @Test
    void shouldUseAnHonestOne() {
        ModelArtifact artifact = TestModels.write(root, "v2", SHAPE, 4, 1);

        try (EmbeddingModel model = EmbeddingModel.load(artifact)) {
            assertThat(model.embed(new byte[SHAPE.bytes()])).hasSize(4);
        }
    }

    private static void assertRefused(ModelArtifact artifact, String... said) {
        assertThatThrownBy(() -> EmbeddingModel.load(
                        ModelArtifact.open(artifact.directory().toUri(), artifact.manifestSha256())))
                .isInstanceOf(ArtifactException.class)
                .hasMessageContainingAll(said);
    }

    /** The pixels, shifted so that they have a length, through the given graph; unit rows of 64 components. */
    private ModelArtifact write(String version, BiFunction<Ops, Operand<TFloat32>, Operand<TFloat32>> network) {
        NativeTensorFlow.load();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Placeholder<TUint8> image =
                    tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, SHAPE.size(), SHAPE.size(), 1)));
            Operand<TFloat32> flat = tf.math.add(
                    tf.reshape(tf.dtypes.cast(image, TFloat32.class), tf.constant(new int[] {-1, SHAPE.bytes()})),
                    tf.constant(1f));
            Operand<TFloat32> through = network.apply(tf, flat);
            Operand<TFloat32> squares = tf.math.square(through);
            Operand<TFloat32> length = tf.math.sqrt(tf.expandDims(tf.sum(squares, tf.constant(1)), tf.constant(1)));
            Operand<TFloat32> embedding = tf.math.div(through, length);
            try (Session session = new Session(graph)) {
                return new ArtifactWriter(root)
                        .write(new ModelDescriptor(version, SHAPE.bytes(), SHAPE, "pixels"), session, image, embedding);
            }
        }
    }

    /** What someone who can write the folder and the models topic would do. */
    private static ModelArtifact withNewManifest(ModelArtifact artifact) throws Exception {
        Path manifest = artifact.directory().resolve("manifest.json");
        Map<String, String> hashes = new TreeMap<>();
        try (var files = Files.walk(artifact.directory())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.equals(manifest)) {
                    hashes.put(artifact.directory().relativize(file).toString(), Sha256.hex(Files.readAllBytes(file)));
                }
            }
        }
        byte[] bytes = JsonMapper.builder().build().writeValueAsBytes(Map.of("files", hashes));
        Files.write(manifest, bytes);
        return new ModelArtifact(artifact.directory(), artifact.descriptor(), Sha256.hex(bytes));
    }
}
