package io.sightline.trainer.foreign;

/**
 * An output of a node.
 *
 * @param output counted from zero over all that the node puts out
 */
record TensorName(String node, int output) {

    private static final String SEPARATOR = ":";

    /** As signatures and graphs, but not functions, write it: {@code node} or {@code node:1}. */
    static TensorName parse(String text) {
        String[] parts = text.split(SEPARATOR, 2);
        return new TensorName(parts[0], parts.length == 1 ? 0 : Integer.parseInt(parts[1]));
    }
}
