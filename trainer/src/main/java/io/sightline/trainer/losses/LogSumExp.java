package io.sightline.trainer.losses;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceMax;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.family.TFloating;

/**
 * Log-sum-exp over the entries of each row that a mask lets in, without overflow. Entries it keeps out, whatever their
 * finite value, touch neither value nor gradient. Masks are 1 or 0, [N, M] or [M] for all rows alike.
 */
final class LogSumExp {

    /** Below every logit, and within float32. */
    private static final double LOWEST = -1e30;

    private LogSumExp() {}

    /** log sum exp(v), or 0 for a row without entries; [N, M] to [N, 1]. */
    static <T extends TFloating> Operand<T> ofRows(Ops tf, Class<T> type, Operand<T> values, Operand<T> mask) {
        Operand<T> kept = tf.stopGradient(mask);
        Operand<T> any = tf.stopGradient(rowMaxima(tf, kept));
        Operand<T> largest = tf.stopGradient(tf.math.mul(largest(tf, type, values, kept), any));
        // A row without entries would be log 0.
        Operand<T> none = tf.math.sub(Spheres.scalar(tf, type, 1), any);
        return tf.math.add(largest, tf.math.log(tf.math.add(sumOfExp(tf, values, kept, largest), none)));
    }

    /** log(1 + sum exp(v)); [N, M] to [N, 1]. */
    static <T extends TFloating> Operand<T> ofRowsAndZero(Ops tf, Class<T> type, Operand<T> values, Operand<T> mask) {
        Operand<T> kept = tf.stopGradient(mask);
        Operand<T> zero = Spheres.scalar(tf, type, 0);
        Operand<T> largest = tf.stopGradient(tf.math.maximum(largest(tf, type, values, kept), zero));
        Operand<T> one = tf.math.exp(tf.math.neg(largest));
        return tf.math.add(largest, tf.math.log(tf.math.add(sumOfExp(tf, values, kept, largest), one)));
    }

    private static <T extends TFloating> Operand<T> largest(Ops tf, Class<T> type, Operand<T> values, Operand<T> mask) {
        return rowMaxima(tf, masked(tf, type, values, mask, LOWEST));
    }

    /** Values where the mask is 1, else a filler. */
    static <T extends TFloating> Operand<T> masked(
            Ops tf, Class<T> type, Operand<T> values, Operand<T> mask, double filler) {
        Operand<T> out = tf.math.sub(Spheres.scalar(tf, type, 1), mask);
        return tf.math.add(tf.math.mul(values, mask), tf.math.mul(out, Spheres.scalar(tf, type, filler)));
    }

    private static <T extends TFloating> Operand<T> sumOfExp(
            Ops tf, Operand<T> values, Operand<T> mask, Operand<T> largest) {
        // Masked before exp too: an entry kept out may exceed the largest kept, and inf * 0 is not a number.
        Operand<T> exp = tf.math.exp(tf.math.mul(tf.math.sub(values, largest), mask));
        return tf.reduceSum(tf.math.mul(exp, mask), tf.constant(-1), ReduceSum.keepDims(true));
    }

    private static <T extends TFloating> Operand<T> rowMaxima(Ops tf, Operand<T> rows) {
        return tf.reduceMax(rows, tf.constant(-1), ReduceMax.keepDims(true));
    }
}
