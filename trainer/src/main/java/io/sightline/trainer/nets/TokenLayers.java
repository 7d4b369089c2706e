package io.sightline.trainer.nets;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.train.BatchMatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The layers of a vision transformer: tokens are [N, T, width] float32, the class token first. */
final class TokenLayers {

    /** Deviation of what a vision transformer starts with. */
    private static final double TOKEN_DEVIATION = 0.02;

    private final Layers layers;
    private final Ops tf;
    private final int tokens;
    private final int width;

    /**
     * Adds to the same graph as other layers.
     *
     * @param tokens T, the class token among them
     * @param width length of a token
     */
    TokenLayers(Layers layers, int tokens, int width) {
        this.layers = layers;
        this.tf = layers.tf();
        this.tokens = tokens;
        this.width = width;
    }

    /** Linear layer with bias for each token; [N, T, from] to [N, T, to]. */
    Operand<TFloat32> linear(String name, Operand<TFloat32> x, int from, int to) {
        Operand<TFloat32> rows = tf.reshape(x, ints(-1, from));
        return tf.reshape(
                layers.linear(name + ".weight", name + ".bias", new Initial.Deviation(TOKEN_DEVIATION), rows, from, to),
                ints(-1, tokens, to));
    }

    /**
     * The class token where it belongs and the position embeddings, [1, T, width]: what is to be added to the tokens. Put
     * together by padding, which is cheap to differentiate.
     */
    Operand<TFloat32> positions(String classToken, String positions) {
        Operand<TFloat32> first = token(classToken, 1);
        return tf.math.add(token(positions, tokens), paddedTokens(first, 0, tokens - 1));
    }

    /**
     * Patches as tokens, a place for the class token before them; [N, rows, columns, width] to [N, T, width].
     *
     * @param positions [1, T, width]
     */
    Operand<TFloat32> of(Operand<TFloat32> patches, Operand<TFloat32> positions) {
        return tf.math.add(paddedTokens(tf.reshape(patches, ints(-1, tokens - 1, width)), 1, 0), positions);
    }

    private Operand<TFloat32> token(String name, int count) {
        return layers.weights()
                .trained(
                        tf,
                        new Weight(
                                name,
                                Shape.of(1, count, width),
                                Weight.Kind.TOKEN,
                                new Initial.Deviation(TOKEN_DEVIATION)));
    }

    private Operand<TFloat32> paddedTokens(Operand<TFloat32> x, int before, int after) {
        return tf.pad(x, tf.reshape(ints(0, 0, before, after, 0, 0), ints(3, 2)), tf.constant(0f));
    }

    /**
     * Attention of all tokens to all (Vaswani et al., NeurIPS 2017): softmax(Q K^T / sqrt(size of a head)) V for each
     * head, and a linear layer behind them.
     *
     * @param x [N, T, width]
     */
    Operand<TFloat32> attention(String name, Operand<TFloat32> x, int heads) {
        int size = width / heads;
        Operand<TFloat32> all = linear(name + ".qkv", x, width, 3 * width);
        // [N, T, 3, heads, size] to [3, N, heads, T, size].
        Operand<TFloat32> split =
                tf.linalg.transpose(tf.reshape(all, ints(-1, tokens, 3, heads, size)), ints(2, 0, 3, 1, 4));
        Operand<TFloat32> queries = tf.math.mul(part(split, 0, size), tf.constant((float) (1 / Math.sqrt(size))));
        Operand<TFloat32> scores =
                tf.train.batchMatMul(queries, part(split, 1, size), TFloat32.class, BatchMatMul.adjY(true));
        Operand<TFloat32> mixed = tf.train.batchMatMul(tf.nn.softmax(scores), part(split, 2, size), TFloat32.class);
        // [N heads, T, size] to [N, T, heads size].
        Operand<TFloat32> joined =
                tf.linalg.transpose(tf.reshape(mixed, ints(-1, heads, tokens, size)), ints(0, 2, 1, 3));
        return linear(name + ".proj", tf.reshape(joined, ints(-1, tokens, width)), width, width);
    }

    /** One of queries, keys and values, [N heads, T, size]. */
    private Operand<TFloat32> part(Operand<TFloat32> split, int which, int size) {
        return tf.reshape(tf.slice(split, ints(which, 0, 0, 0, 0), ints(1, -1, -1, -1, -1)), ints(-1, tokens, size));
    }

    /** [N, T, width] to [N, width]. */
    Operand<TFloat32> first(Operand<TFloat32> x) {
        return tf.reshape(tf.slice(x, ints(0, 0, 0), ints(-1, 1, -1)), ints(-1, width));
    }

    /** The mean of all tokens but the first; [N, T, width] to [N, width]. */
    Operand<TFloat32> meanOfOthers(Operand<TFloat32> x) {
        return tf.math.mean(tf.slice(x, ints(0, 1, 0), ints(-1, -1, -1)), tf.constant(new int[] {1}));
    }

    /** x times the share of a standard normal that lies below x; exact, not by tanh (Hendrycks and Gimpel, 2016). */
    Operand<TFloat32> gelu(Operand<TFloat32> x) {
        Operand<TFloat32> below = tf.math.erf(tf.math.mul(x, tf.constant((float) Math.sqrt(0.5))));
        return tf.math.mul(tf.math.mul(x, tf.constant(0.5f)), tf.math.add(below, tf.constant(1f)));
    }

    private Operand<TInt32> ints(int... values) {
        return tf.constant(values);
    }
}
