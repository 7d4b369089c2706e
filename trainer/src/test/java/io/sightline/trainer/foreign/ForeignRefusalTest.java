package io.sightline.trainer.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.nets.Normalisation;
import io.sightline.trainer.nets.VisionTransformer.Pooling;
import io.sightline.trainer.weights.BackboneFile;
import io.sightline.trainer.weights.Layout;
import io.sightline.trainer.weights.WeightFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.FunctionDefLibrary;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

class ForeignRefusalTest {

    private static final int SIDE = 12;

    @TempDir
    Path directory;

    static Stream<Arguments> brokenGraphs() {
        return Stream.of(
                changed(
                        "without its function",
                        graph -> functions(graph).removeFunction(1),
                        "calls '__inference_model"),
                changed(
                        "with an argument less",
                        graph -> functions(graph)
                                .getFunctionBuilder(1)
                                .getSignatureBuilder()
                                .removeInputArg(7),
                        "gives 8 tensors to '__inference_model_17', which takes 7"),
                changed(
                        "without a node",
                        graph -> remove(functions(graph).getFunctionBuilder(1), "pool/Mean"),
                        "there is no node 'StatefulPartitionedCall/StatefulPartitionedCall/pool/Mean'"),
                changed(
                        "with an output that is not there",
                        graph -> node(graph, "half/Sub").setInput(0, "split:output:5"),
                        "do not go together"),
                changed(
                        "with a call that gives less",
                        graph -> functions(graph)
                                .getFunctionBuilder(0)
                                .getNodeDefBuilder(0)
                                .setInput(0, "StatefulPartitionedCall:output:1"),
                        "do not go together"),
                changed(
                        "with an op of nobody's",
                        graph -> node(graph, "stem/Relu").setOp("MyRelu"),
                        "no gradient goes through MyRelu"
                                + " ('StatefulPartitionedCall/StatefulPartitionedCall/stem/Relu')"),
                changed(
                        "with an attribute that means nothing",
                        graph -> node(graph, "stem/Conv2D").putAttr("padding", Nodes.text("SOME")),
                        "stem/Conv2D' (Conv2D) cannot be built"),
                changed(
                        "that stops gradients",
                        graph -> node(graph, "dense/BiasAdd")
                                .setOp("StopGradient")
                                .clearInput()
                                .addInput("dense/MatMul:product:0"),
                        "no gradient of its output reaches any of its 6 variables"),
                changed(
                        "with two inputs",
                        graph -> signature(
                                graph, signature -> signature.putInputs("more", TensorInfo.getDefaultInstance())),
                        "its signature takes [image, more]"),
                changed(
                        "of grey images",
                        graph -> input(graph, DataType.DT_UINT8, -1, SIDE, SIDE, 1),
                        "takes DT_UINT8 [-1, 12, 12, 1], not a batch"),
                changed(
                        "of one image",
                        graph -> input(graph, DataType.DT_UINT8, 1, SIDE, SIDE, 3),
                        "takes DT_UINT8 [1, 12, 12, 3], not a batch"),
                changed(
                        "of oblong images",
                        graph -> input(graph, DataType.DT_UINT8, -1, SIDE, 24, 3),
                        "takes DT_UINT8 [-1, 12, 24, 3], not a batch"),
                changed("of words", graph -> input(graph, DataType.DT_STRING, -1), "takes DT_STRING [-1], not a batch"),
                changed(
                        "with two outputs",
                        graph -> signature(
                                graph,
                                signature -> signature.putOutputs(
                                        "logits",
                                        ForeignExport.info("StatefulPartitionedCall:0", DataType.DT_FLOAT, -1, 5))),
                        "2 of its signature's outputs [features, logits] are features"),
                changed(
                        "without signatures",
                        MetaGraphDef.Builder::clearSignatureDef,
                        "it has 0 signatures [] and none called 'serving_default'"),
                changed(
                        "whose variables are whole numbers",
                        graph -> graph.getGraphDefBuilder()
                                .getNodeBuilder(0)
                                .putAttr("dtype", Nodes.type(DataType.DT_INT32)),
                        "its variable 'stem/kernel' is DT_INT32"));
    }

    private static Arguments changed(String name, Consumer<MetaGraphDef.Builder> change, String said) {
        return Arguments.of(name, change, said);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenGraphs")
    void shouldNameTheFileAndWhatIsWrongWithAGraph(String name, Consumer<MetaGraphDef.Builder> change, String said)
            throws IOException {
        Path folder = new ForeignExport(DataType.DT_UINT8, -1).write(directory, change);

        assertThatThrownBy(() -> open(folder, null))
                .as(name)
                .isInstanceOf(ForeignModelException.class)
                .hasMessageContaining("saved_model.pb: ")
                .hasMessageContaining(said);
    }

    @Test
    void shouldNameTheFileThatWasCutOff() throws IOException {
        Path folder = new ForeignExport(DataType.DT_UINT8, -1).write(directory, graph -> {});
        Path file = folder.resolve("saved_model.pb");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 100));

        assertThatThrownBy(() -> open(folder, null))
                .isInstanceOf(ForeignModelException.class)
                .hasMessageContaining("saved_model.pb: it is no SavedModel, or was cut off");
        assertThatThrownBy(() -> open(file, null)).hasMessageContaining("cut off");
    }

    @Test
    void shouldNameTheVariablesThatTheCheckpointDoesNotHave() throws IOException {
        ForeignExport less = new ForeignExport(DataType.DT_UINT8, -1);
        Path folder = less.write(directory, graph -> {});
        less.variables.remove("stem_bn/beta");
        less.variables.put("stem_bn/gamma", new HostTensor(new long[] {2}, new float[2]));
        less.variables.put("more", new HostTensor(new long[] {2}, new float[2]));
        less.writeVariables(folder);

        assertThatThrownBy(() -> open(folder, null))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("variables.index: 2 tensors do not fit")
                .hasMessageContaining("missing: 'model/layer_of_stem_bn/var_beta' [6]")
                .hasMessageContaining("of another shape: 'model/layer_of_stem_bn/var_gamma' is [2], not [6]");

        Files.delete(folder.resolve("variables").resolve("variables.index"));
        assertThatThrownBy(() -> open(folder, null))
                .isInstanceOf(WeightFileException.class)
                .hasMessageContaining("variables.index");
    }

    @Test
    void shouldSayWhatHasToBeSaidAndWhatNot() throws IOException {
        Path pixels = new ForeignExport(DataType.DT_UINT8, SIDE).write(directory.resolve("pixels"), graph -> {});
        Path floats = new ForeignExport(DataType.DT_FLOAT, SIDE).write(directory.resolve("floats"), graph -> {});

        assertThatThrownBy(() -> open(floats, null)).hasMessageContaining("--normalise raw");
        assertThatThrownBy(() -> open(pixels, Normalisation.HALF)).hasMessageContaining("leave --normalise out");
        assertThatThrownBy(() -> new BackboneFile(pixels, "resnet50", null, null, null).open(SIDE, 4))
                .hasMessageContaining("--arch");
        assertThatThrownBy(() -> new BackboneFile(pixels, null, Layout.PYTORCH, null, Pooling.MEAN).open(SIDE, 4))
                .hasMessageContaining("--layout");
        assertThatThrownBy(() -> new BackboneFile(pixels, null, null, null, null).open(32, 4))
                .hasMessageContaining("12 x 12 pixels, not 32");
        assertThat(new BackboneFile(pixels.resolve("saved_model.pb"), null, null, null, null)
                        .open(null, 4)
                        .preprocessing()
                        .size())
                .isEqualTo(SIDE);
    }

    private static void open(Path folder, @Nullable Normalisation normalisation) {
        new BackboneFile(folder, null, null, normalisation, null).open(SIDE, 4);
    }

    private static FunctionDefLibrary.Builder functions(MetaGraphDef.Builder graph) {
        return graph.getGraphDefBuilder().getLibraryBuilder();
    }

    private static NodeDef.Builder node(MetaGraphDef.Builder graph, String name) {
        return functions(graph).getFunctionBuilder(1).getNodeDefBuilderList().stream()
                .filter(node -> node.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void remove(FunctionDef.Builder function, String name) {
        for (int i = 0; i < function.getNodeDefCount(); i++) {
            if (function.getNodeDef(i).getName().equals(name)) {
                function.removeNodeDef(i);
                return;
            }
        }
    }

    private static void signature(MetaGraphDef.Builder graph, Consumer<SignatureDef.Builder> change) {
        SignatureDef.Builder signature = graph.getSignatureDefOrThrow("serving_default").toBuilder();
        change.accept(signature);
        graph.putSignatureDef("serving_default", signature.build());
    }

    private static void input(MetaGraphDef.Builder graph, DataType type, long... sizes) {
        TensorInfo info = ForeignExport.info("serving_default_image:0", type, sizes);
        signature(graph, signature -> signature.putInputs("image", info));
    }
}
