package io.sightline.trainer.foreign;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * Replaces calls of functions by what the functions do, so that one flat list of nodes is left, each behind those that it
 * takes from. Not thread-safe.
 */
final class Inliner {

    private static final Set<String> CALLS = Set.of("PartitionedCall", "StatefulPartitionedCall");
    /** More than anybody's functions are nested. */
    private static final int DEEPEST = 200;
    /** A hundred times what large networks have: functions that call others twice each could make any number. */
    private static final int MOST_NODES = 1_000_000;

    private final Path file;
    private final GraphDef graph;
    private final RegisteredOps ops;
    private final boolean withControls;
    private final Map<String, FunctionDef> functions = new HashMap<>();
    private final List<FlatNode> nodes = new ArrayList<>();
    private int depth;

    /**
     * For a graph.
     *
     * @param file for messages
     * @param withControls whether what is only run, and gives nothing to what is asked for, is wanted too
     */
    Inliner(Path file, GraphDef graph, RegisteredOps ops, boolean withControls) {
        this.file = file;
        this.graph = graph;
        this.ops = ops;
        this.withControls = withControls;
        graph.getLibrary()
                .getFunctionList()
                .forEach(function -> functions.put(function.getSignature().getName(), function));
    }

    /**
     * Inlines what a tensor takes.
     *
     * @return the tensor's name in {@link #nodes}
     * @throws ForeignModelException if the graph is broken
     */
    TensorName inline(TensorName wanted) {
        Body body = new Body("", graph.getNodeList(), Map.of(), Map.of());
        body.inline(List.of(wanted.node()));
        return body.tensor(wanted.node(), wanted.output());
    }

    /**
     * Inlines what an op needs that is only run.
     *
     * @param wanted name of the op
     * @throws ForeignModelException if the graph is broken
     */
    void run(String wanted) {
        new Body("", graph.getNodeList(), Map.of(), Map.of())
                .inline(List.of(TensorName.parse(wanted).node()));
    }

    /** All nodes of what was inlined, in an order in which they can be built. */
    List<FlatNode> nodes() {
        return List.copyOf(nodes);
    }

    /** The nodes of the graph or of a function, while they are inlined. */
    private final class Body {

        private final String prefix;
        private final Map<String, NodeDef> byName = new LinkedHashMap<>();
        private final Map<String, TensorName> arguments;
        private final Map<String, AttrValue> bindings;
        private final Map<String, IntFunction<TensorName>> outputs = new HashMap<>();

        /**
         * Begins with nothing inlined.
         *
         * @param bindings what the function's own attributes are in this call
         */
        Body(String prefix, List<NodeDef> nodes, Map<String, TensorName> arguments, Map<String, AttrValue> bindings) {
            this.prefix = prefix;
            this.arguments = arguments;
            this.bindings = bindings;
            nodes.forEach(node -> byName.put(node.getName(), node));
        }

        void inline(Collection<String> wanted) {
            new NodeOrder(file, byName, withControls).of(wanted).forEach(this::add);
        }

        private void add(NodeDef node) {
            Map<String, AttrValue> attributes = bound(node.getAttrMap());
            List<TensorName> inputs = new ArrayList<>();
            for (String input : node.getInputList()) {
                if (NodeOrder.isData(byName, node, input)) {
                    inputs.add(resolve(input));
                }
            }
            if (CALLS.contains(node.getOp())) {
                AttrValue function = attributes.getOrDefault("f", AttrValue.getDefaultInstance());
                List<TensorName> results = call(
                        node,
                        function.getFunc().getName(),
                        inputs,
                        function.getFunc().getAttrMap());
                outputs.put(node.getName(), results::get);
            } else if (functions.containsKey(node.getOp())) {
                outputs.put(node.getName(), call(node, node.getOp(), inputs, attributes)::get);
            } else if (passes(node.getOp(), attributes)) {
                outputs.put(node.getName(), inputs::get);
            } else {
                FlatNode flat = new FlatNode(
                        prefix + node.getName(),
                        node.getOp(),
                        ops.arguments(node.getOp(), attributes, inputs),
                        attributes);
                nodes.add(flat);
                if (nodes.size() > MOST_NODES) {
                    throw new ForeignModelException(
                            file, "its functions stand for more than " + MOST_NODES + " ops: export it again without");
                }
                outputs.put(node.getName(), flat::output);
            }
        }

        private Map<String, AttrValue> bound(Map<String, AttrValue> attributes) {
            Map<String, AttrValue> bound = new LinkedHashMap<>();
            attributes.forEach((name, value) -> {
                if (!name.startsWith("_")) {
                    bound.put(name, bindings.getOrDefault(value.getPlaceholder(), value));
                }
            });
            return bound;
        }

        /**
         * Handles of variables go through as they are; what IdentityN is for is to give a function a gradient of its own,
         * and without it the function has that of what it does.
         */
        private boolean passes(String op, Map<String, AttrValue> attributes) {
            AttrValue type = attributes.getOrDefault("T", AttrValue.getDefaultInstance());
            return op.equals("IdentityN") || (op.equals("Identity") && type.getType() == DataType.DT_RESOURCE);
        }

        private List<TensorName> call(
                NodeDef node, String name, List<TensorName> inputs, Map<String, AttrValue> attributes) {
            FunctionDef function = functions.get(name);
            if (function == null) {
                throw new ForeignModelException(
                        file, "node '" + prefix + node.getName() + "' calls '" + name + "', which is not in the file");
            }
            OpDef signature = function.getSignature();
            if (signature.getInputArgCount() != inputs.size()) {
                throw new ForeignModelException(
                        file,
                        "node '" + prefix + node.getName() + "' gives " + inputs.size() + " tensors to '" + name
                                + "', which takes " + signature.getInputArgCount());
            }
            if (++depth > DEEPEST) {
                throw new ForeignModelException(file, "function '" + name + "' calls itself, which no graph can show");
            }
            Map<String, TensorName> given = new HashMap<>();
            for (int i = 0; i < inputs.size(); i++) {
                given.put(signature.getInputArg(i).getName(), inputs.get(i));
            }
            Body body = new Body(prefix + node.getName() + "/", function.getNodeDefList(), given, attributes);
            List<String> returned = signature.getOutputArgList().stream()
                    .map(output -> function.getRetOrDefault(output.getName(), output.getName()))
                    .toList();
            body.inline(withControls ? body.byName.keySet() : returned);
            depth--;
            return returned.stream().map(body::resolve).toList();
        }

        /** {@code node}, {@code node:1} in graphs; {@code argument}, {@code node:output:1} in functions. */
        private TensorName resolve(String input) {
            TensorName argument = arguments.get(input);
            if (argument != null) {
                return argument;
            }
            String[] parts = input.split(":", -1);
            NodeDef node = byName.get(parts[0]);
            if (node == null || parts.length == 1) {
                return tensor(parts[0], 0);
            }
            if (parts.length == 2 && Character.isDigit(parts[1].charAt(0))) {
                return tensor(parts[0], Integer.parseInt(parts[1]));
            }
            int index = parts.length == 2 ? 0 : Integer.parseInt(parts[2]);
            return tensor(parts[0], firstOutput(node, parts[1]) + index);
        }

        private int firstOutput(NodeDef node, String output) {
            FunctionDef function = functions.get(node.getOp());
            if (function == null) {
                return ops.firstOutput(node.getOp(), bound(node.getAttrMap()), output);
            }
            return function.getSignature().getOutputArgList().stream()
                    .map(OpDef.ArgDef::getName)
                    .toList()
                    .indexOf(output);
        }

        TensorName tensor(String node, int output) {
            IntFunction<TensorName> known = outputs.get(node);
            if (known == null) {
                throw new ForeignModelException(
                        file, "there is no node '" + prefix + node + "', which others take from: export it again");
            }
            return known.apply(output);
        }
    }
}
