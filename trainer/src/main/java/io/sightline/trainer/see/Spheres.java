package io.sightline.trainer.see;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.family.TFloating;

/** Geometry on the unit sphere as graph operations. */
final class Spheres {

    private static final double NORM_EPSILON = 1e-12;

    private Spheres() {}

    /** Rows divided by sqrt(|v|^2 + 1e-12); [N, d] to [N, d]. */
    static <T extends TFloating> Operand<T> normalise(Ops tf, Class<T> type, Operand<T> rows) {
        Operand<T> squared = tf.math.add(rowDots(tf, rows, rows), scalar(tf, type, NORM_EPSILON));
        return tf.math.div(rows, tf.math.sqrt(squared));
    }

    /** Dot products of matching rows; [N, d] and [N, d] to [N, 1]. */
    static <T extends TFloating> Operand<T> rowDots(Ops tf, Operand<T> a, Operand<T> b) {
        return tf.reduceSum(tf.math.mul(a, b), tf.constant(new int[] {-1}), ReduceSum.keepDims(true));
    }

    /** All dot products; [N, d] and [C, d] to [N, C]. */
    static <T extends TFloating> Operand<T> allDots(Ops tf, Operand<T> a, Operand<T> b) {
        return tf.linalg.matMul(a, b, MatMul.transposeB(true));
    }

    /** A scalar constant of the graph's type. */
    static <T extends TFloating> Operand<T> scalar(Ops tf, Class<T> type, double value) {
        return tf.dtypes.cast(tf.constant(value), type);
    }

    /** A matrix constant of the graph's type. */
    static <T extends TFloating> Operand<T> matrix(Ops tf, Class<T> type, double[][] values) {
        return tf.dtypes.cast(tf.constant(values), type);
    }
}
