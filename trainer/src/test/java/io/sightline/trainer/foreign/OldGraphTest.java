package io.sightline.trainer.foreign;

import static io.sightline.trainer.foreign.Nodes.floats;
import static io.sightline.trainer.foreign.Nodes.ints;
import static io.sightline.trainer.foreign.Nodes.node;
import static io.sightline.trainer.foreign.Nodes.scalar;
import static io.sightline.trainer.foreign.Nodes.shape;
import static io.sightline.trainer.foreign.Nodes.strings;
import static io.sightline.trainer.foreign.Nodes.text;
import static io.sightline.trainer.foreign.Nodes.type;
import static io.sightline.trainer.foreign.Nodes.types;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.sightline.embedder.image.Preprocessing;
import io.sightline.trainer.nets.HeadlessNet;
import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.publish.ServingGraph;
import io.sightline.trainer.weights.BackboneFile;
import io.sightline.trainer.weights.WrittenCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.VariableDef;

/** SavedModels as the first TensorFlow wrote them: one graph without functions, variables under their own names. */
class OldGraphTest {

    private static final int SIDE = 8;

    @TempDir
    Path directory;

    private final GraphDef.Builder graph = GraphDef.newBuilder();
    private final MetaGraphDef.Builder meta = MetaGraphDef.newBuilder();

    /** The mean of all pixels by colour, times a variable of the old kind, plus one of the new. */
    @BeforeEach
    void build() {
        graph.getVersionsBuilder().setProducer(27);
        graph.addNode(node("images", "Placeholder")
                .putAttr("dtype", type(DataType.DT_FLOAT))
                .putAttr("shape", shape(-1, SIDE, SIDE, 3)));
        graph.addNode(node("net/weights", "VariableV2")
                .putAttr("dtype", type(DataType.DT_FLOAT))
                .putAttr("shape", shape(3, 2)));
        graph.addNode(
                floats("net/weights/read", "Identity", "net/weights").putAttr("_class", text("loc:@net/weights")));
        graph.addNode(node("net/biases", "VarHandleOp")
                .putAttr("dtype", type(DataType.DT_FLOAT))
                .putAttr("shape", shape(2)));
        graph.addNode(
                node("net/biases/Read", "ReadVariableOp", "net/biases").putAttr("dtype", type(DataType.DT_FLOAT)));
        graph.addNode(ints("axes", 1, 2));
        graph.addNode(floats("pool", "Mean", "images", "axes").putAttr("Tidx", type(DataType.DT_INT32)));
        graph.addNode(floats("net/MatMul", "MatMul", "pool:0", "net/weights/read"));
        graph.addNode(floats("net/add", "Add", "net/MatMul", "net/biases/Read"));
    }

    @Test
    void shouldReadVariablesOfBothKinds() throws IOException {
        HeadlessNet net = open(write("net/add", Map.of("net/weights", weights(), "net/biases", biases())));

        float[] features = features(net);

        // Colours 3, 6 and 9 of weights 1 to 6, biases -10 and 20: 66 - 10 and 84 + 20, at unit length.
        double length = Math.hypot(56, 104);
        assertThat((double) features[0]).isCloseTo(56 / length, within(1e-6));
        assertThat((double) features[1]).isCloseTo(104 / length, within(1e-6));
    }

    @Test
    void shouldTakeValuesFromWhereTheGraphItselfRestoresThem() throws IOException {
        graph.addNode(strings("save/Const", List.of("model")));
        graph.addNode(strings("save/names", List.of("ema/biases", "ema/weights")));
        graph.addNode(strings("save/slices", List.of("", "")));
        graph.addNode(node("save/RestoreV2", "RestoreV2", "save/Const", "save/names", "save/slices")
                .putAttr("dtypes", types(List.of(DataType.DT_FLOAT, DataType.DT_FLOAT))));
        graph.addNode(floats("save/Assign", "Assign", "net/weights", "save/RestoreV2:1"));
        graph.addNode(floats("save/Identity", "Identity", "save/RestoreV2"));
        graph.addNode(node("save/AssignVariableOp", "AssignVariableOp", "net/biases", "save/Identity")
                .putAttr("dtype", type(DataType.DT_FLOAT)));
        graph.addNode(node("save/restore_all", "NoOp", "^save/Assign", "^save/AssignVariableOp"));
        meta.getSaverDefBuilder().setRestoreOpName("save/restore_all");
        Path folder = write(
                "net/add",
                Map.of(
                        "ema/weights", weights(),
                        "ema/biases", biases(),
                        "net/weights", HostTensor.zeros(Shape.of(3, 2)),
                        "net/biases", HostTensor.zeros(Shape.of(2))));

        assertThat((double) features(open(folder))[0]).isCloseTo(56 / Math.hypot(56, 104), within(1e-6));
    }

    @Test
    void shouldTrainWhatTheGraphSaysIsTrained() throws IOException {
        meta.putCollectionDef(
                "trainable_variables",
                CollectionDef.newBuilder()
                        .setBytesList(CollectionDef.BytesList.newBuilder()
                                .addValue(VariableDef.newBuilder()
                                        .setVariableName("net/weights:0")
                                        .build()
                                        .toByteString()))
                        .build());
        Path folder = write("net/add", Map.of("net/weights", weights(), "net/biases", biases()));

        assertThat(ForeignModel.open(folder).variables())
                .extracting(ForeignVariable::name, ForeignVariable::isTrained)
                .containsExactlyInAnyOrder(tuple("net/weights", true), tuple("net/biases", false));
    }

    @Test
    void shouldNameTheOpsOfLoopsAndLookups() throws IOException {
        graph.addNode(floats("while/Enter", "Enter", "net/add").putAttr("frame_name", text("while")));
        graph.addNode(floats("while/Merge", "Merge", "while/Enter", "while/NextIteration")
                .putAttr("N", Nodes.integer(2)));
        graph.addNode(floats("while/twice", "Add", "while/Merge", "while/Merge"));
        graph.addNode(floats("while/NextIteration", "NextIteration", "while/twice"));
        graph.addNode(floats("while/Exit", "Exit", "while/Merge"));
        graph.addNode(node("table", "HashTableV2")
                .putAttr("key_dtype", type(DataType.DT_FLOAT))
                .putAttr("value_dtype", type(DataType.DT_FLOAT)));
        graph.addNode(scalar("none", 0f));
        graph.addNode(node("lookup", "LookupTableFindV2", "table", "while/Exit", "none")
                .putAttr("Tin", type(DataType.DT_FLOAT))
                .putAttr("Tout", type(DataType.DT_FLOAT)));
        Path folder = write("lookup", Map.of("net/weights", weights(), "net/biases", biases()));

        assertThatThrownBy(() -> open(folder))
                .isInstanceOf(ForeignModelException.class)
                .hasMessageContainingAll(
                        "Enter ('while/Enter')",
                        "Merge ('while/Merge')",
                        "Exit ('while/Exit')",
                        "LookupTableFindV2 ('lookup')");
    }

    private static HeadlessNet open(Path folder) {
        return new BackboneFile(folder, null, null, Normalisation.RAW, null)
                .openHeadless(SIDE, Preprocessing.Crop.SQUARE);
    }

    private static float[] features(HeadlessNet net) {
        byte[] pixels = new byte[SIDE * SIDE * 3];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) ((1 + i % 3) * (i % 2 == 0 ? 1 : 5));
        }
        try (ServingGraph serving = new ServingGraph(net, net.pretrained())) {
            return serving.embed(List.of(pixels))[0];
        }
    }

    private static HostTensor weights() {
        return new HostTensor(new long[] {3, 2}, new float[] {1, 2, 3, 4, 5, 6});
    }

    private static HostTensor biases() {
        return new HostTensor(new long[] {2}, new float[] {-10, 20});
    }

    private Path write(String output, Map<String, HostTensor> values) throws IOException {
        Files.createDirectories(directory.resolve("variables"));
        WrittenCheckpoint.write(directory.resolve("variables").resolve("variables"), values);
        meta.getMetaInfoDefBuilder().addTags("serve");
        meta.setGraphDef(graph);
        meta.putSignatureDef(
                "default",
                SignatureDef.newBuilder()
                        .putInputs("images", ForeignExport.info("images:0", DataType.DT_FLOAT, -1, SIDE, SIDE, 3))
                        .putOutputs("default", ForeignExport.info(output + ":0", DataType.DT_FLOAT, -1, 2))
                        .build());
        Files.write(
                directory.resolve("saved_model.pb"),
                SavedModel.newBuilder().addMetaGraphs(meta).build().toByteArray());
        return directory;
    }
}
