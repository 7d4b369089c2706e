package io.sightline.embedder.testing;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sightline.embedder.artifact.ArtifactWriter;
import io.sightline.embedder.artifact.ModelArtifact;
import io.sightline.embedder.artifact.ModelDescriptor;
import io.sightline.embedder.image.Preprocessing;
import io.sightline.embedder.tensorflow.NativeTensorFlow;
import io.sightline.schemas.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** The artifacts that nobody must use, and what has to be said of each. */
public enum HostileArtifact {
    FLIPPED_BYTE("saved_model.pb has SHA-256") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Path graph = honest.directory().resolve("saved_model.pb");
            byte[] bytes = Files.readAllBytes(graph);
            bytes[bytes.length / 2] ^= 1;
            Files.write(graph, bytes);
            return honest;
        }
    },

    MISSING_FILE("model.json is missing") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Files.delete(honest.directory().resolve("model.json"));
            return honest;
        }
    },

    EXTRA_FILE("[extra.txt]") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Files.writeString(honest.directory().resolve("extra.txt"), "boo");
            return honest;
        }
    },

    ANOTHER_MANIFEST("the artifact was altered") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Path manifest = honest.directory().resolve("manifest.json");
            Files.writeString(manifest, Files.readString(manifest) + "\n");
            return honest;
        }
    },

    PATH_OUTSIDE("points outside: ../secret") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Files.writeString(honest.directory().resolveSibling("secret"), "boo");
            Path manifest = honest.directory().resolve("manifest.json");
            byte[] altered = Files.readString(manifest)
                    .replaceFirst("\\{\\s*\"files\"\\s*:\\s*\\{", "{\"files\":{\"../secret\":\"00\",")
                    .getBytes(StandardCharsets.UTF_8);
            Files.write(manifest, altered);
            return new ModelArtifact(honest.directory(), honest.descriptor(), Sha256.hex(altered));
        }
    },

    READS_FILES("ReadFile", "StringToNumber") {
        @Override
        Operand<TFloat32> network(Ops tf, Operand<TFloat32> flat, Path victim) {
            Operand<TFloat32> read =
                    tf.strings.toNumber(tf.io.readFile(tf.constant(victim.toString())), TFloat32.class);
            return tf.math.add(flat, tf.math.mul(read, tf.constant(0f)));
        }
    },

    WRITES_FILES("WriteFile") {
        @Override
        Operand<TFloat32> network(Ops tf, Operand<TFloat32> flat, Path victim) {
            Ops after =
                    tf.withControlDependencies(tf.io.writeFile(tf.constant(victim.toString()), tf.constant("written")));
            return after.identity(flat);
        }
    },

    OTHER_VECTORS_THAN_ITS_CANARIES("component 0 of canary 0") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Path canaries = honest.directory().resolve("canaries.bin");
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(canaries)).order(ByteOrder.LITTLE_ENDIAN);
            int firstComponent = 3 * Integer.BYTES + SHAPE.bytes();
            bytes.putFloat(firstComponent, bytes.getFloat(firstComponent) + 0.001f);
            Files.write(canaries, bytes.array());
            return withNewManifest(honest);
        }
    },

    CANARIES_OF_ANOTHER_SIZE("does not hold canaries of 64 bytes") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Files.write(honest.directory().resolve("canaries.bin"), new byte[7]);
            return withNewManifest(honest);
        }
    },

    WITHOUT_CANARIES("the canaries in", "is not there") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Files.delete(honest.directory().resolve("canaries.bin"));
            return withNewManifest(honest);
        }
    },

    OTHER_DIMENSIONS("the network gives vectors of shape (2, 64), not (2, 32)") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Path descriptor = honest.directory().resolve("model.json");
            Files.writeString(
                    descriptor, Files.readString(descriptor).replace("\"dimensions\" : 64", "\"dimensions\" : 32"));
            ModelArtifact changed = withNewManifest(honest);
            // Announced as what it says of itself: the network alone gives it away.
            return ModelArtifact.open(changed.directory().toUri(), changed.manifestSha256());
        }
    },

    ANOTHER_INPUT("cannot be loaded", "gives vectors of shape") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Path descriptor = honest.directory().resolve("model.json");
            Files.writeString(
                    descriptor, Files.readString(descriptor).replaceFirst("\"size\"\\s*:\\s*8", "\"size\" : 16"));
            int pixels = 4 * SHAPE.bytes();
            ByteBuffer canary = ByteBuffer.allocate(3 * Integer.BYTES + pixels + SHAPE.bytes() * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN);
            canary.putInt(1).putInt(pixels).putInt(SHAPE.bytes());
            Files.write(honest.directory().resolve("canaries.bin"), canary.array());
            return withNewManifest(honest);
        }
    },

    VECTORS_OF_ANOTHER_LENGTH("squared length 4") {
        @Override
        Operand<TFloat32> normalised(Ops tf, Operand<TFloat32> rows) {
            return tf.math.mul(super.normalised(tf, rows), tf.constant(2f));
        }
    },

    NO_VECTOR_FOR_BLACK("squared length NaN") {
        @Override
        Operand<TFloat32> network(Ops tf, Operand<TFloat32> flat, Path victim) {
            return tf.math.sub(flat, tf.constant(1f));
        }
    },

    NO_GRAPH("saved_model.pb is no graph") {
        @Override
        ModelArtifact spoil(ModelArtifact honest) throws IOException {
            Files.write(honest.directory().resolve("saved_model.pb"), new byte[] {1, 2, 3});
            return withNewManifest(honest);
        }
    };

    /** What the victim holds: a number, for a network to read. */
    public static final String UNTOUCHED = "12";

    private static final Preprocessing SHAPE = new Preprocessing(8, 1, false);

    @SuppressWarnings("ImmutableEnumChecker") // An immutable list.
    private final List<String> said;

    HostileArtifact(String... said) {
        this.said = List.of(said);
    }

    /** Parts of the message. */
    public List<String> said() {
        return said;
    }

    /**
     * Writes it below root. One with a new manifest stands for somebody who can write both the folder and the models topic.
     *
     * @param victim a file that the networks that read or write files are after; holds {@link #UNTOUCHED} afterwards
     */
    public ModelArtifact write(Path root, String version, Path victim) throws IOException {
        Files.writeString(victim, UNTOUCHED);
        ModelArtifact artifact = build(version, victim, new ArtifactWriter(root));
        // To write an artifact its network is asked for its canaries: what that did to the file does not count.
        Files.writeString(victim, UNTOUCHED);
        return artifact;
    }

    private ModelArtifact build(String version, Path victim, ArtifactWriter writer) throws IOException {
        NativeTensorFlow.load();
        try (Graph graph = new Graph()) {
            Ops tf = Ops.create(graph);
            Placeholder<TUint8> image =
                    tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(-1, SHAPE.size(), SHAPE.size(), 1)));
            // Shifted, so that black has a length.
            Operand<TFloat32> flat = tf.math.add(
                    tf.reshape(tf.dtypes.cast(image, TFloat32.class), tf.constant(new int[] {-1, SHAPE.bytes()})),
                    tf.constant(1f));
            Operand<TFloat32> embedding = normalised(tf, network(tf, flat, victim));
            try (Session session = new Session(graph)) {
                ModelDescriptor descriptor = new ModelDescriptor(version, SHAPE.bytes(), SHAPE, "pixels");
                return spoil(writer.write(descriptor, session, image, embedding));
            }
        }
    }

    /** What the graph does with its pixels, [N, pixels], if need be to the victim. */
    Operand<TFloat32> network(Ops tf, Operand<TFloat32> flat, Path victim) {
        return flat;
    }

    /** To unit rows. */
    Operand<TFloat32> normalised(Ops tf, Operand<TFloat32> rows) {
        return TestModels.unitRows(tf, rows);
    }

    /** Alters what was written, if its network alone does not make it hostile. */
    ModelArtifact spoil(ModelArtifact honest) throws IOException {
        return honest;
    }

    private static ModelArtifact withNewManifest(ModelArtifact artifact) throws IOException {
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
