package io.sightline.trainer.foreign;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.VariableDef;

/**
 * What a SavedModel says of its variables.
 *
 * @param keys of their values in the checkpoint, by variable: what the model's own restoring reads for each
 * @param trainable names of those that were trained; empty if nothing is said
 */
record SavedVariables(Map<String, String> keys, Set<String> trainable) {

    private static final Set<String> ASSIGNMENTS = Set.of("AssignVariableOp", "Assign");
    private static final String TRAINABLE = "trainable_variables";

    static SavedVariables of(SavedModelFile model, RegisteredOps ops) {
        Map<String, String> keys = new HashMap<>();
        String restore = model.graph().getSaverDef().getRestoreOpName();
        if (!restore.isEmpty()) {
            Inliner inliner = new Inliner(model.file(), model.nodes(), ops, true);
            inliner.run(restore);
            keys.putAll(keys(inliner.nodes()));
        }
        return new SavedVariables(keys, trainable(model));
    }

    /** Under which name a variable's value was saved; its own where the model does not say. */
    String key(String variable) {
        return keys.getOrDefault(variable, variable);
    }

    private static Map<String, String> keys(List<FlatNode> nodes) {
        Map<String, FlatNode> byName = new HashMap<>();
        nodes.forEach(node -> byName.put(node.name(), node));
        Map<String, String> keys = new HashMap<>();
        for (FlatNode node : nodes) {
            if (ASSIGNMENTS.contains(node.op()) && node.tensors().size() == 2) {
                FlatNode variable = byName.get(node.tensors().getFirst().node());
                String key = key(byName, node.tensors().getLast());
                if (variable != null && !key.isEmpty() && (variable.isVariable() || variable.isOldVariable())) {
                    keys.put(variable.variable(), key);
                }
            }
        }
        return keys;
    }

    /** What a value was restored from; empty if it was not. */
    private static String key(Map<String, FlatNode> nodes, TensorName value) {
        TensorName from = value;
        FlatNode source = nodes.get(from.node());
        while (source != null && source.op().equals("Identity")) {
            from = source.tensors().getFirst();
            source = nodes.get(from.node());
        }
        if (source == null || !source.op().equals("RestoreV2")) {
            return "";
        }
        FlatNode names = nodes.get(source.tensors().get(1).node());
        List<ByteString> listed =
                names == null ? List.of() : names.attribute("value").getTensor().getStringValList();
        return from.output() < listed.size() ? listed.get(from.output()).toStringUtf8() : "";
    }

    /** As Keras and objects say it, or as graphs of the first TensorFlow do. */
    private static Set<String> trainable(SavedModelFile model) {
        MetaGraphDef graph = model.graph();
        Set<String> trainable = new HashSet<>();
        graph.getObjectGraphDef().getNodesList().forEach(node -> {
            if (node.hasVariable() && node.getVariable().getTrainable()) {
                trainable.add(node.getVariable().getName());
            }
        });
        List<ByteString> collected = new ArrayList<>();
        if (graph.containsCollectionDef(TRAINABLE)) {
            collected.addAll(
                    graph.getCollectionDefOrThrow(TRAINABLE).getBytesList().getValueList());
        }
        for (ByteString one : collected) {
            try {
                trainable.add(TensorName.parse(VariableDef.parseFrom(one).getVariableName())
                        .node());
            } catch (InvalidProtocolBufferException e) {
                throw new ForeignModelException(
                        model.file(), "its list of trainable variables is broken: export it again", e);
            }
        }
        return trainable;
    }
}
