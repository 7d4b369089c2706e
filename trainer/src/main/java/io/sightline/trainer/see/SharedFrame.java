package io.sightline.trainer.see;

import io.sightline.trainer.losses.Spheres;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.types.family.TFloating;

/**
 * Bases for all samples from one random frame q_0 .. q_E: reflect it so that q_0 goes to +-w (a Householder
 * reflection), then so that the image of q_1 goes to +-u1 (a second one, which leaves w alone). The images of
 * q_2 .. q_E are orthonormal and orthogonal to both, for every sample at once and without a loop.
 *
 * <p>Reflections are linear, so the frame is combined with the simplex centers first, once for all samples, and only
 * the E combinations are reflected: O(K E d) work. Each reflection goes to the farther one of +-w, which keeps its
 * axis well away from zero.
 */
final class SharedFrame<T extends TFloating> implements TangentDirections<T> {

    private final Class<T> type;
    private final Operand<T> first;
    private final Operand<T> second;
    private final Operand<T> combinations;

    /**
     * Takes a frame.
     *
     * @param frame [E + 1, d], orthonormal rows
     * @param centers from {@link SimplexCenters}, [E + 1, E]
     */
    SharedFrame(Ops tf, Class<T> type, Operand<T> frame, double[][] centers) {
        int e = centers.length - 1;
        this.type = type;
        this.first = tf.slice(frame, tf.constant(new int[] {0, 0}), tf.constant(new int[] {1, -1}));
        this.second = tf.slice(frame, tf.constant(new int[] {1, 0}), tf.constant(new int[] {1, -1}));
        Operand<T> rest = tf.slice(frame, tf.constant(new int[] {2, 0}), tf.constant(new int[] {e - 1, -1}));
        this.combinations = tf.linalg.matMul(weights(tf, centers), rest);
    }

    @Override
    public Operand<T> combine(Ops tf, Operand<T> proxies, Operand<T> tangents) {
        Operand<T> toProxy = axis(tf, first, proxies);
        Operand<T> movedSecond = reflect(tf, second, toProxy);
        Operand<T> toTangent = axis(tf, movedSecond, tangents);

        // y - 2 a (a.y), then the same with b, where a.y is [K, E] and b.a is [K, 1].
        Operand<T> two = Spheres.scalar(tf, type, 2);
        Operand<T> alongFirst = Spheres.allDots(tf, toProxy, combinations);
        Operand<T> axes = Spheres.rowDots(tf, toTangent, toProxy);
        Operand<T> alongSecond = tf.math.sub(
                Spheres.allDots(tf, toTangent, combinations), tf.math.mul(two, tf.math.mul(alongFirst, axes)));
        Operand<T> first2 = outer(tf, tf.math.mul(two, alongFirst), toProxy);
        Operand<T> second2 = outer(tf, tf.math.mul(two, alongSecond), toTangent);
        return tf.math.sub(tf.math.sub(tf.expandDims(combinations, tf.constant(0)), first2), second2);
    }

    /** Unit axis of the reflection that takes each {@code from} to the farther one of +-{@code to}; [K, d]. */
    private Operand<T> axis(Ops tf, Operand<T> from, Operand<T> to) {
        Operand<T> cosine = tf.reduceSum(tf.math.mul(from, to), tf.constant(new int[] {-1}), ReduceSum.keepDims(true));
        Operand<T> zero = Spheres.scalar(tf, type, 0);
        Operand<T> one = Spheres.scalar(tf, type, 1);
        Operand<T> positive = tf.dtypes.cast(tf.math.greater(cosine, zero), type);
        Operand<T> sign = tf.math.sub(one, tf.math.mul(Spheres.scalar(tf, type, 2), positive));
        return Spheres.normalise(tf, type, tf.math.sub(from, tf.math.mul(sign, to)));
    }

    private Operand<T> reflect(Ops tf, Operand<T> vector, Operand<T> axes) {
        Operand<T> along =
                tf.reduceSum(tf.math.mul(vector, axes), tf.constant(new int[] {-1}), ReduceSum.keepDims(true));
        return tf.math.sub(vector, tf.math.mul(tf.math.mul(Spheres.scalar(tf, type, 2), along), axes));
    }

    private static <T extends TFloating> Operand<T> outer(Ops tf, Operand<T> coefficients, Operand<T> axes) {
        return tf.math.mul(tf.expandDims(coefficients, tf.constant(2)), tf.expandDims(axes, tf.constant(1)));
    }

    private Operand<T> weights(Ops tf, double[][] centers) {
        int e = centers.length - 1;
        double[] flat = new double[e * (e - 1)];
        for (int i = 1; i <= e; i++) {
            System.arraycopy(centers[i], 1, flat, (i - 1) * (e - 1), e - 1);
        }
        return tf.dtypes.cast(tf.constant(Shape.of(e, e - 1), DataBuffers.of(flat)), type);
    }
}
