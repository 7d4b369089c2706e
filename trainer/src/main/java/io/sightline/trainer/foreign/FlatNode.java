package io.sightline.trainer.foreign;

import java.util.List;
import java.util.Map;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/**
 * A node of a graph without functions.
 *
 * @param name its own, behind those of the calls that it came from
 * @param op what it does
 * @param inputs by argument, in order; control inputs are gone
 * @param attributes without those that only the runtime looks at
 */
record FlatNode(String name, String op, List<Argument> inputs, Map<String, AttrValue> attributes) {

    /** What an argument of an op takes: one tensor, or a list. */
    record Argument(List<TensorName> tensors, boolean isList) {}

    /** All inputs in order. */
    List<TensorName> tensors() {
        return inputs.stream().flatMap(input -> input.tensors().stream()).toList();
    }

    TensorName output(int index) {
        return new TensorName(name, index);
    }

    AttrValue attribute(String attribute) {
        return attributes.getOrDefault(attribute, AttrValue.getDefaultInstance());
    }

    /** Whether it puts out a variable itself, not its value. */
    boolean isVariable() {
        return op.equals("VarHandleOp");
    }

    /** Whether it puts out a variable of the old kind, which is its value too. */
    boolean isOldVariable() {
        return op.equals("VariableV2") || op.equals("Variable");
    }

    /** The name of a variable: what sessions share it by. */
    String variable() {
        String shared = attribute("shared_name").getS().toStringUtf8();
        return shared.isEmpty() ? name : shared;
    }

    /** Whether it calls functions of which nobody knows beforehand whether, or how often: a branch or a loop. */
    boolean takesFunctions() {
        return attributes.values().stream()
                .anyMatch(value ->
                        value.hasFunc() || (value.hasList() && value.getList().getFuncCount() > 0));
    }

    DataType type(String attribute) {
        return attribute(attribute).getType();
    }
}
