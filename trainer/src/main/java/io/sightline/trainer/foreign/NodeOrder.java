package io.sightline.trainer.foreign;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.NodeDef;

/**
 * The nodes of a graph or function that something takes from, each behind those that it takes from itself.
 *
 * @param file for messages
 * @param withControls whether control inputs count
 */
record NodeOrder(Path file, Map<String, NodeDef> nodes, boolean withControls) {

    private static final char CONTROL = '^';

    /** Without recursion: networks are deeper than stacks. */
    List<NodeDef> of(Collection<String> wanted) {
        List<NodeDef> ordered = new ArrayList<>();
        Map<String, Boolean> done = new HashMap<>();
        Deque<String> open = new ArrayDeque<>();
        wanted.forEach(input -> open.push(source(input)));
        while (!open.isEmpty()) {
            NodeDef node = nodes.get(open.peek());
            if (node == null || done.getOrDefault(node.getName(), false)) {
                // An argument of a function, or here already.
                open.pop();
            } else if (done.put(node.getName(), false) == null) {
                push(node, done, open);
            } else {
                done.put(node.getName(), true);
                ordered.add(node);
                open.pop();
            }
        }
        return ordered;
    }

    private void push(NodeDef node, Map<String, Boolean> done, Deque<String> open) {
        for (String input : node.getInputList()) {
            boolean counts = input.charAt(0) == CONTROL ? withControls : isData(nodes, node, input);
            boolean isBegun = done.containsKey(source(input));
            if (counts && !isBegun) {
                open.push(source(input));
            } else if (counts && !done.getOrDefault(source(input), false)) {
                throw new ForeignModelException(
                        file, "node '" + node.getName() + "' takes from itself: export the model again");
            }
        }
    }

    /** Whether an input is one that gives a tensor; the way back of an old loop does not count. */
    static boolean isData(Map<String, NodeDef> nodes, NodeDef node, String input) {
        NodeDef source = nodes.get(source(input));
        boolean isWayBack = source != null
                && source.getOp().endsWith("NextIteration")
                && node.getOp().endsWith("Merge");
        return input.charAt(0) != CONTROL && !isWayBack;
    }

    /** {@code ^node}, {@code node:1} and {@code node:output:1} are all of {@code node}. */
    private static String source(String input) {
        String data = input.charAt(0) == CONTROL ? input.substring(1) : input;
        int separator = data.indexOf(':');
        return separator < 0 ? data : data.substring(0, separator);
    }
}
