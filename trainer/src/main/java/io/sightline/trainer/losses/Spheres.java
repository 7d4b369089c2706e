package io.sightline.trainer.losses;

import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TFloating;

/** Geometry on the unit sphere, and the matrices that losses share, as graph operations. */
public final class Spheres {

    private static final double NORM_EPSILON = 1e-12;

    private Spheres() {}

    /** Rows divided by sqrt(|v|^2 + 1e-12); [N, d] to [N, d]. */
    public static <T extends TFloating> Operand<T> normalise(Ops tf, Class<T> type, Operand<T> rows) {
        Operand<T> squared = tf.math.add(rowDots(tf, rows, rows), scalar(tf, type, NORM_EPSILON));
        return tf.math.div(rows, tf.math.sqrt(squared));
    }

    /** Dot products of matching rows; [N, d] and [N, d] to [N, 1]. */
    public static <T extends TFloating> Operand<T> rowDots(Ops tf, Operand<T> a, Operand<T> b) {
        return tf.reduceSum(tf.math.mul(a, b), tf.constant(new int[] {-1}), ReduceSum.keepDims(true));
    }

    /** All dot products; [N, d] and [C, d] to [N, C]. */
    public static <T extends TFloating> Operand<T> allDots(Ops tf, Operand<T> a, Operand<T> b) {
        return tf.linalg.matMul(a, b, MatMul.transposeB(true));
    }

    /** A scalar constant of the graph's type. */
    public static <T extends TFloating> Operand<T> scalar(Ops tf, Class<T> type, double value) {
        return tf.dtypes.cast(tf.constant(value), type);
    }

    /** A matrix constant of the graph's type. */
    public static <T extends TFloating> Operand<T> matrix(Ops tf, Class<T> type, double[][] values) {
        return tf.dtypes.cast(tf.constant(values), type);
    }

    /** [N, C], 1 where sample n is of class c, else 0; no gradient flows through it. */
    public static <T extends TFloating> Operand<T> membership(
            Ops tf, Class<T> type, Operand<TInt32> labels, Operand<T> classWeights) {
        Operand<TInt32> classes = tf.reshape(tf.shape(classWeights), tf.constant(Shape.scalar()));
        return tf.stopGradient(tf.oneHot(labels, classes, scalar(tf, type, 1), scalar(tf, type, 0)));
    }
}
