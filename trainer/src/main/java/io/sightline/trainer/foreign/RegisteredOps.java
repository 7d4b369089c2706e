package io.sightline.trainer.foreign;

import io.sightline.embedder.tensorflow.NativeTensorFlow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.TensorFlow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.OpDef;

/** What the ops of this TensorFlow take and put out. */
final class RegisteredOps {

    /** Of one argument of a node. */
    private static final int MOST_TENSORS = 100_000;

    private final Map<String, OpDef> byName = new HashMap<>();

    RegisteredOps() {
        NativeTensorFlow.load();
        TensorFlow.registeredOpList().getOpList().forEach(op -> byName.put(op.getName(), op));
    }

    boolean has(String op) {
        return byName.containsKey(op);
    }

    /** Types of all outputs in order; one of an unknown type for an op that is not known. */
    List<DataType> outputTypes(String op, Map<String, AttrValue> attributes) {
        return find(op).map(known -> known.getOutputArgList().stream()
                        .flatMap(argument -> types(known, argument, attributes).stream())
                        .toList())
                .orElse(List.of(DataType.DT_INVALID));
    }

    /** How many outputs come before those of an argument, as the bodies of functions name it. */
    int firstOutput(String op, Map<String, AttrValue> attributes, String argument) {
        Optional<OpDef> known = find(op);
        int before = 0;
        for (OpDef.ArgDef one : known.map(OpDef::getOutputArgList).orElse(List.of())) {
            if (one.getName().equals(argument)) {
                return before;
            }
            before += types(known.orElseThrow(), one, attributes).size();
        }
        return 0;
    }

    /** Divides the inputs of a node among its arguments. */
    List<FlatNode.Argument> arguments(String op, Map<String, AttrValue> attributes, List<TensorName> inputs) {
        Optional<OpDef> known = find(op);
        if (known.isEmpty()) {
            return List.of(new FlatNode.Argument(inputs, true));
        }
        List<FlatNode.Argument> arguments = new ArrayList<>();
        int next = 0;
        for (OpDef.ArgDef argument : known.get().getInputArgList()) {
            int end = Math.min(
                    inputs.size(),
                    next + types(known.get(), argument, attributes).size());
            boolean isList = !argument.getNumberAttr().isEmpty()
                    || !argument.getTypeListAttr().isEmpty();
            arguments.add(new FlatNode.Argument(List.copyOf(inputs.subList(next, end)), isList));
            next = end;
        }
        return arguments;
    }

    private Optional<OpDef> find(String op) {
        return Optional.ofNullable(byName.get(op));
    }

    private static List<DataType> types(OpDef op, OpDef.ArgDef argument, Map<String, AttrValue> attributes) {
        if (!argument.getTypeListAttr().isEmpty()) {
            return attribute(op, attributes, argument.getTypeListAttr())
                    .getList()
                    .getTypeList();
        }
        DataType type = argument.getTypeAttr().isEmpty()
                ? argument.getType()
                : attribute(op, attributes, argument.getTypeAttr()).getType();
        long count = argument.getNumberAttr().isEmpty()
                ? 1
                : attribute(op, attributes, argument.getNumberAttr()).getI();
        if (count < 0 || count > MOST_TENSORS) {
            throw new IllegalArgumentException(op.getName() + " has " + argument.getNumberAttr() + " = " + count);
        }
        return Collections.nCopies((int) count, type);
    }

    /** What a node leaves out is as the op has it. */
    private static AttrValue attribute(OpDef op, Map<String, AttrValue> attributes, String name) {
        AttrValue given = attributes.get(name);
        return given != null
                ? given
                : op.getAttrList().stream()
                        .filter(one -> one.getName().equals(name))
                        .map(OpDef.AttrDef::getDefaultValue)
                        .findFirst()
                        .orElse(AttrValue.getDefaultInstance());
    }
}
