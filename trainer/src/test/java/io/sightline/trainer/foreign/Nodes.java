package io.sightline.trainer.foreign;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Nodes of graphs and functions, as exporters write them. */
final class Nodes {

    private Nodes() {}

    static NodeDef.Builder node(String name, String op, String... inputs) {
        return NodeDef.newBuilder().setName(name).setOp(op).addAllInput(List.of(inputs));
    }

    /** With T = float32, as most ops have it. */
    static NodeDef.Builder floats(String name, String op, String... inputs) {
        return node(name, op, inputs).putAttr("T", type(DataType.DT_FLOAT));
    }

    static NodeDef.Builder call(String name, String function, List<DataType> in, List<DataType> out, String... inputs) {
        return node(name, "StatefulPartitionedCall", inputs)
                .putAttr("f", function(function))
                .putAttr("Tin", types(in))
                .putAttr("Tout", types(out))
                .putAttr("config_proto", text(""))
                .putAttr("_collective_manager_ids", integers());
    }

    static NodeDef.Builder ints(String name, int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_INT32)
                .setTensorShape(shapeProto(values.length))
                .setTensorContent(ByteString.copyFrom(bytes))
                .build();
        return constant(name, tensor);
    }

    static NodeDef.Builder scalar(String name, int value) {
        return constant(
                name,
                TensorProto.newBuilder()
                        .setDtype(DataType.DT_INT32)
                        .setTensorShape(shapeProto())
                        .addIntVal(value)
                        .build());
    }

    static NodeDef.Builder scalar(String name, float value) {
        return constant(
                name,
                TensorProto.newBuilder()
                        .setDtype(DataType.DT_FLOAT)
                        .setTensorShape(shapeProto())
                        .addFloatVal(value)
                        .build());
    }

    static NodeDef.Builder strings(String name, List<String> values) {
        return constant(
                name,
                TensorProto.newBuilder()
                        .setDtype(DataType.DT_STRING)
                        .setTensorShape(shapeProto(values.size()))
                        .addAllStringVal(
                                values.stream().map(ByteString::copyFromUtf8).toList())
                        .build());
    }

    private static NodeDef.Builder constant(String name, TensorProto tensor) {
        return node(name, "Const")
                .putAttr("dtype", type(tensor.getDtype()))
                .putAttr("value", AttrValue.newBuilder().setTensor(tensor).build());
    }

    static AttrValue type(DataType type) {
        return AttrValue.newBuilder().setType(type).build();
    }

    static AttrValue types(List<DataType> types) {
        return AttrValue.newBuilder()
                .setList(AttrValue.ListValue.newBuilder().addAllType(types))
                .build();
    }

    static AttrValue integers(long... values) {
        AttrValue.ListValue.Builder list = AttrValue.ListValue.newBuilder();
        for (long value : values) {
            list.addI(value);
        }
        return AttrValue.newBuilder().setList(list).build();
    }

    static AttrValue integer(long value) {
        return AttrValue.newBuilder().setI(value).build();
    }

    static AttrValue bool(boolean value) {
        return AttrValue.newBuilder().setB(value).build();
    }

    static AttrValue number(float value) {
        return AttrValue.newBuilder().setF(value).build();
    }

    static AttrValue text(String value) {
        return AttrValue.newBuilder().setS(ByteString.copyFromUtf8(value)).build();
    }

    static AttrValue shape(long... sizes) {
        return AttrValue.newBuilder().setShape(shapeProto(sizes)).build();
    }

    static AttrValue function(String name) {
        return AttrValue.newBuilder()
                .setFunc(NameAttrList.newBuilder().setName(name))
                .build();
    }

    static TensorShapeProto shapeProto(long... sizes) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long size : sizes) {
            shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
        }
        return shape.build();
    }
}
