package io.sightline.trainer.foreign;

import static io.sightline.trainer.foreign.Nodes.bool;
import static io.sightline.trainer.foreign.Nodes.call;
import static io.sightline.trainer.foreign.Nodes.floats;
import static io.sightline.trainer.foreign.Nodes.function;
import static io.sightline.trainer.foreign.Nodes.integer;
import static io.sightline.trainer.foreign.Nodes.integers;
import static io.sightline.trainer.foreign.Nodes.ints;
import static io.sightline.trainer.foreign.Nodes.node;
import static io.sightline.trainer.foreign.Nodes.number;
import static io.sightline.trainer.foreign.Nodes.scalar;
import static io.sightline.trainer.foreign.Nodes.shape;
import static io.sightline.trainer.foreign.Nodes.shapeProto;
import static io.sightline.trainer.foreign.Nodes.strings;
import static io.sightline.trainer.foreign.Nodes.text;
import static io.sightline.trainer.foreign.Nodes.type;
import static io.sightline.trainer.foreign.Nodes.types;

import io.sightline.trainer.nets.HostTensor;
import io.sightline.trainer.weights.WrittenCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedVariable;
import org.tensorflow.proto.SaverDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/**
 * A small network as TensorFlow 2 exports one from Python: variables are captured by a function that is called by the
 * signature's, their values lie in a checkpoint under other names, and a function restores them.
 */
final class ForeignExport {

    static final int CHANNELS = 6;
    static final int FEATURES = 10;

    private static final String MODEL = "__inference_model_17";
    private static final String SIGNATURE = "__inference_signature_wrapper_21";
    private static final String RESTORE = "__inference__traced_restore_42";

    final Map<String, HostTensor> variables = new LinkedHashMap<>();
    final List<NodeDef> tail = new ArrayList<>();
    final List<FunctionDef> functions = new ArrayList<>();
    final DataType imageType;
    private final long side;
    /** What the signature returns, in the model's function. */
    String features = "dense/BiasAdd:output:0";

    /** With weights at random; what is added later goes behind the features. */
    ForeignExport(DataType imageType, long side) {
        this.imageType = imageType;
        this.side = side;
        SplittableRandom random = new SplittableRandom(8);
        variable("stem/kernel", random, -1, 1, 3, 3, 3, CHANNELS);
        variable("stem_bn/gamma", random, 0.5, 2, CHANNELS);
        variable("stem_bn/beta", random, -1, 1, CHANNELS);
        variable("stem_bn/moving_mean", random, -1, 1, CHANNELS);
        variable("stem_bn/moving_variance", random, 0.5, 2, CHANNELS);
        variable("embedding/kernel", random, -1, 1, CHANNELS / 2, FEATURES);
        variable("embedding/bias.v2", random, -1, 1, FEATURES);
    }

    private void variable(String name, SplittableRandom random, double least, double largest, long... shape) {
        float[] values = new float[(int) Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(least, largest);
        }
        variables.put(name, new HostTensor(shape, values));
    }

    static String key(String variable) {
        return "model/layer_of_" + variable.replace("/", "/var_") + "/.ATTRIBUTES/VARIABLE_VALUE";
    }

    /** Writes it, changed at the end. */
    Path write(Path directory, Consumer<MetaGraphDef.Builder> change) throws IOException {
        writeVariables(directory);
        MetaGraphDef.Builder graph = metaGraph();
        change.accept(graph);
        SavedModel model = SavedModel.newBuilder()
                .setSavedModelSchemaVersion(1)
                .addMetaGraphs(graph)
                .build();
        Files.write(directory.resolve("saved_model.pb"), model.toByteArray());
        return directory;
    }

    void writeVariables(Path directory) throws IOException {
        Files.createDirectories(directory.resolve("variables"));
        Map<String, HostTensor> saved = new LinkedHashMap<>();
        variables.forEach((name, value) -> saved.put(key(name), value));
        WrittenCheckpoint.write(directory.resolve("variables").resolve("variables"), saved);
    }

    private MetaGraphDef.Builder metaGraph() {
        MetaGraphDef.Builder graph = MetaGraphDef.newBuilder();
        graph.getMetaInfoDefBuilder().addTags("serve");
        graph.setGraphDef(graph());
        graph.putSignatureDef(
                "serving_default",
                SignatureDef.newBuilder()
                        .setMethodName("tensorflow/serving/predict")
                        .putInputs("image", info("serving_default_image:0", imageType, -1, side, side, 3))
                        .putOutputs("features", info("StatefulPartitionedCall:0", DataType.DT_FLOAT, -1, FEATURES))
                        .build());
        graph.setSaverDef(SaverDef.newBuilder()
                .setFilenameTensorName("saver_filename:0")
                .setSaveTensorName("saver_filename:0")
                .setRestoreOpName("StatefulPartitionedCall_1")
                .setVersion(SaverDef.CheckpointFormatVersion.V2));
        variables.forEach((name, value) -> graph.getObjectGraphDefBuilder()
                .addNodes(SavedObject.newBuilder()
                        .setVariable(SavedVariable.newBuilder()
                                .setName(name)
                                .setDtype(DataType.DT_FLOAT)
                                .setTrainable(!name.contains("moving")))));
        return graph;
    }

    static TensorInfo info(String name, DataType type, long... sizes) {
        return TensorInfo.newBuilder()
                .setName(name)
                .setDtype(type)
                .setTensorShape(shapeProto(sizes))
                .build();
    }

    private GraphDef.Builder graph() {
        GraphDef.Builder graph = GraphDef.newBuilder();
        graph.getVersionsBuilder().setProducer(1994).setMinConsumer(12);
        List<String> handles = new ArrayList<>();
        variables.forEach((name, value) -> {
            handles.add(name);
            graph.addNode(node(name, "VarHandleOp")
                    .putAttr("dtype", type(DataType.DT_FLOAT))
                    .putAttr("shape", shape(value.shape()))
                    .putAttr("shared_name", text(name))
                    .putAttr("container", text("")));
            graph.addNode(node(name + "/Read/ReadVariableOp", "ReadVariableOp", name)
                    .putAttr("dtype", type(DataType.DT_FLOAT)));
        });
        graph.addNode(node("serving_default_image", "Placeholder")
                .putAttr("dtype", type(imageType))
                .putAttr("shape", shape(-1, side, side, 3)));
        graph.addNode(node("saver_filename", "Placeholder")
                .putAttr("dtype", type(DataType.DT_STRING))
                .putAttr("shape", shape()));
        graph.addNode(call(
                "StatefulPartitionedCall",
                SIGNATURE,
                in(imageType),
                List.of(DataType.DT_FLOAT),
                with("serving_default_image", handles)));
        graph.addNode(call(
                "StatefulPartitionedCall_1",
                RESTORE,
                in(DataType.DT_STRING),
                List.of(DataType.DT_STRING),
                with("saver_filename", handles)));
        graph.getLibraryBuilder()
                .addFunction(signature())
                .addFunction(model())
                .addFunction(restore())
                .addAllFunction(functions);
        return graph;
    }

    private List<DataType> in(DataType first) {
        List<DataType> types = new ArrayList<>(List.of(first));
        types.addAll(Collections.nCopies(variables.size(), DataType.DT_RESOURCE));
        return types;
    }

    private static String[] with(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all.toArray(new String[0]);
    }

    /** Argument i of a function stands for variable i. */
    private List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        variables.keySet().forEach(name -> arguments.add(argument(name)));
        return arguments;
    }

    private static String argument(String variable) {
        return "captured_" + variable.replace('/', '_').replace('.', '_');
    }

    private FunctionDef.Builder declared(String name, String first, DataType type, DataType output) {
        OpDef.Builder signature = OpDef.newBuilder().setName(name).setIsStateful(true);
        signature.addInputArg(OpDef.ArgDef.newBuilder().setName(first).setType(type));
        arguments()
                .forEach(argument -> signature.addInputArg(
                        OpDef.ArgDef.newBuilder().setName(argument).setType(DataType.DT_RESOURCE)));
        signature.addOutputArg(OpDef.ArgDef.newBuilder().setName("identity").setType(output));
        return FunctionDef.newBuilder().setSignature(signature).putRet("identity", "Identity:output:0");
    }

    private FunctionDef signature() {
        return declared(SIGNATURE, "image", imageType, DataType.DT_FLOAT)
                .addNodeDef(floats("Identity", "Identity", "StatefulPartitionedCall:output:0", "^NoOp"))
                .addNodeDef(node("NoOp", "NoOp", "^StatefulPartitionedCall"))
                .addNodeDef(call(
                        "StatefulPartitionedCall",
                        MODEL,
                        in(imageType),
                        List.of(DataType.DT_FLOAT),
                        with("image", arguments())))
                .build();
    }

    private FunctionDef model() {
        FunctionDef.Builder model = declared(MODEL, "inputs", imageType, DataType.DT_FLOAT);
        variables
                .keySet()
                .forEach(name -> model.addNodeDef(node(name + "/ReadVariableOp", "ReadVariableOp", argument(name))
                        .putAttr("dtype", type(DataType.DT_FLOAT))));
        String pixels = "inputs";
        if (imageType == DataType.DT_UINT8) {
            model.addNodeDef(node("Cast", "Cast", "inputs")
                    .putAttr("SrcT", type(imageType))
                    .putAttr("DstT", type(DataType.DT_FLOAT)));
            model.addNodeDef(scalar("scale", 1f / 255));
            model.addNodeDef(floats("mul", "Mul", "Cast:y:0", "scale:output:0"));
            pixels = "mul:z:0";
        }
        String read = "/ReadVariableOp:value:0";
        model.addNodeDef(floats("stem/Conv2D", "Conv2D", pixels, "stem/kernel" + read)
                .putAttr("strides", integers(1, 2, 2, 1))
                .putAttr("padding", text("SAME")));
        model.addNodeDef(node(
                        "stem_bn/FusedBatchNormV3",
                        "FusedBatchNormV3",
                        "stem/Conv2D:output:0",
                        "stem_bn/gamma" + read,
                        "stem_bn/beta" + read,
                        "stem_bn/moving_mean" + read,
                        "stem_bn/moving_variance" + read)
                .putAttr("T", type(DataType.DT_FLOAT))
                .putAttr("U", type(DataType.DT_FLOAT))
                .putAttr("epsilon", number(0.001f))
                .putAttr("is_training", bool(false)));
        model.addNodeDef(floats("stem/Relu", "Relu", "stem_bn/FusedBatchNormV3:y:0"));
        model.addNodeDef(node("stem/IdentityN", "IdentityN", "stem/Relu:activations:0", "stem/Conv2D:output:0")
                .putAttr("T", types(List.of(DataType.DT_FLOAT, DataType.DT_FLOAT)))
                .putAttr("_gradient_op_type", text("CustomGradient-12")));
        model.addNodeDef(ints("pool/axes", 1, 2));
        model.addNodeDef(floats("pool/Mean", "Mean", "stem/IdentityN:output:0", "pool/axes:output:0")
                .putAttr("Tidx", type(DataType.DT_INT32)));
        model.addNodeDef(scalar("split/axis", 1));
        model.addNodeDef(floats("split", "Split", "split/axis:output:0", "pool/Mean:output:0")
                .putAttr("num_split", integer(2)));
        model.addNodeDef(floats("half/Sub", "Sub", "split:output:1", "split:output:0"));
        model.addNodeDef(floats("dense/MatMul", "MatMul", "half/Sub:z:0", "embedding/kernel" + read));
        model.addNodeDef(floats("dense/BiasAdd", "BiasAdd", "dense/MatMul:product:0", "embedding/bias.v2" + read));
        return model.addAllNodeDef(tail)
                .addNodeDef(floats("Identity", "Identity", features))
                .build();
    }

    private FunctionDef restore() {
        FunctionDef.Builder restore = declared(RESTORE, "file_prefix", DataType.DT_STRING, DataType.DT_STRING);
        List<String> keys = variables.keySet().stream().map(ForeignExport::key).toList();
        restore.addNodeDef(strings("RestoreV2/tensor_names", keys));
        restore.addNodeDef(strings("RestoreV2/shape_and_slices", Collections.nCopies(keys.size(), "")));
        restore.addNodeDef(node(
                        "RestoreV2",
                        "RestoreV2",
                        "file_prefix",
                        "RestoreV2/tensor_names:output:0",
                        "RestoreV2/shape_and_slices:output:0")
                .putAttr("dtypes", types(Collections.nCopies(keys.size(), DataType.DT_FLOAT))));
        NodeDef.Builder last = node("Identity", "Identity", "file_prefix").putAttr("T", type(DataType.DT_STRING));
        List<String> arguments = arguments();
        for (int i = 0; i < keys.size(); i++) {
            restore.addNodeDef(floats("Identity_" + i, "Identity", "RestoreV2:tensors:" + i));
            restore.addNodeDef(
                    node("AssignVariableOp_" + i, "AssignVariableOp", arguments.get(i), "Identity_" + i + ":output:0")
                            .putAttr("dtype", type(DataType.DT_FLOAT)));
            last.addInput("^AssignVariableOp_" + i);
        }
        return restore.addNodeDef(last).build();
    }

    /** Puts the two largest features, behind a loop around them, in their place. */
    void endWithALoopAndTheLargest() {
        OpDef.ArgDef.Builder x = OpDef.ArgDef.newBuilder().setName("x").setType(DataType.DT_FLOAT);
        functions.add(FunctionDef.newBuilder()
                .setSignature(OpDef.newBuilder()
                        .setName("loop_body")
                        .addInputArg(x)
                        .addOutputArg(x.clone().setName("y")))
                .addNodeDef(floats("double", "AddV2", "x", "x"))
                .putRet("y", "double:z:0")
                .build());
        functions.add(FunctionDef.newBuilder()
                .setSignature(OpDef.newBuilder()
                        .setName("loop_cond")
                        .addInputArg(x)
                        .addOutputArg(OpDef.ArgDef.newBuilder().setName("go").setType(DataType.DT_BOOL)))
                .addNodeDef(node("no", "Const")
                        .putAttr("dtype", type(DataType.DT_BOOL))
                        .putAttr(
                                "value",
                                org.tensorflow.proto.AttrValue.newBuilder()
                                        .setTensor(org.tensorflow.proto.TensorProto.newBuilder()
                                                .setDtype(DataType.DT_BOOL)
                                                .setTensorShape(shapeProto())
                                                .addBoolVal(false))
                                        .build()))
                .putRet("go", "no:output:0")
                .build());
        tail.add(node("loop/While", "While", features)
                .putAttr("T", types(List.of(DataType.DT_FLOAT)))
                .putAttr("cond", function("loop_cond"))
                .putAttr("body", function("loop_body"))
                .build());
        features = "loop/While:output:0";
        endWithTheLargest();
    }

    void endWithTheLargest() {
        tail.add(scalar("largest/k", 2).build());
        tail.add(floats("largest/TopKV2", "TopKV2", features, "largest/k:output:0")
                .build());
        features = "largest/TopKV2:values:0";
    }
}
