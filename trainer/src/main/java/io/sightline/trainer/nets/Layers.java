package io.sightline.trainer.nets;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.ReduceSum;
import org.tensorflow.op.math.Mean;
import org.tensorflow.op.nn.FusedBatchNorm;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** The layers that networks are put together from. Images are [N, H, W, C] float32. */
final class Layers {

    private static final int FEW_CHANNELS = 4;
    private static final float NORM_EPSILON = 1e-5f;
    private static final float LAYER_NORM_EPSILON = 1e-6f;
    private static final float UNIT_EPSILON = 1e-12f;

    private final Ops tf;
    private final Weights weights;

    Layers(Ops tf, Weights weights) {
        this.tf = tf;
        this.weights = weights;
    }

    /** 3 x 3 convolution without bias, stride 1, padding SAME. */
    Operand<TFloat32> convolution3x3(String name, Operand<TFloat32> x, int from, int to) {
        return convolve(x, kernel3x3(name, from, to));
    }

    /**
     * The same, then 2 x 2 max-pooling with stride 2. While training, where nothing is padded, the pooling is put
     * together from maxima: the same values, and a backward pass that takes a fraction of MaxPoolGrad's time on a CPU.
     *
     * @param x [N, side, side, from]
     */
    Operand<TFloat32> pooledConvolution3x3(
            String name, Operand<TFloat32> x, int side, int from, int to, Padding padding) {
        Operand<TFloat32> kernel = kernel3x3(name, from, to);
        boolean padded = padding == Padding.SAME && side % 2 == 1;
        if (padded || !weights.isTraining()) {
            Operand<TInt32> two = ints(1, 2, 2, 1);
            return tf.nn.maxPool(convolve(x, kernel), two, two, padding.name());
        }
        return from <= FEW_CHANNELS ? maximumOfPhases(x, kernel, side) : maximumOfHalves(convolve(x, kernel), side, to);
    }

    /**
     * The maximum of four convolutions with stride 2, one for each place in a pooled square: nothing is pooled. Pays
     * where the input is small beside the output: its copies cost nothing.
     */
    private Operand<TFloat32> maximumOfPhases(Operand<TFloat32> x, Operand<TFloat32> kernel, int side) {
        return tf.math.maximum(
                tf.math.maximum(phase(x, kernel, side, 0, 0), phase(x, kernel, side, 0, 1)),
                tf.math.maximum(phase(x, kernel, side, 1, 0), phase(x, kernel, side, 1, 1)));
    }

    /** Every second row and column of the convolution, from the given ones on. */
    private Operand<TFloat32> phase(Operand<TFloat32> x, Operand<TFloat32> kernel, int side, int row, int column) {
        Operand<TInt32> paddings = tf.reshape(
                ints(0, 0, 1 - row, missing(side, row), 1 - column, missing(side, column), 0, 0), ints(4, 2));
        return tf.nn.conv2d(tf.pad(x, paddings, tf.constant(0f)), kernel, List.of(1L, 2L, 2L, 1L), "VALID");
    }

    /** Rows of zeros that are missing at the end for half as many outputs. */
    private static int missing(int side, int first) {
        return Math.max(0, 2 * (side / 2) - side + first);
    }

    private Operand<TFloat32> maximumOfHalves(Operand<TFloat32> x, int side, int channels) {
        int half = side / 2;
        Operand<TFloat32> even = side % 2 == 0 ? x : tf.slice(x, ints(0, 0, 0, 0), ints(-1, 2 * half, 2 * half, -1));
        Operand<TFloat32> rows = tf.reshape(even, ints(-1, half, 2, half, 2 * channels));
        Operand<TFloat32> columns = tf.reshape(
                tf.math.maximum(
                        tf.slice(rows, ints(0, 0, 0, 0, 0), ints(-1, -1, 1, -1, -1)),
                        tf.slice(rows, ints(0, 0, 1, 0, 0), ints(-1, -1, 1, -1, -1))),
                ints(-1, half, half, 2, channels));
        return tf.reshape(
                tf.math.maximum(
                        tf.slice(columns, ints(0, 0, 0, 0, 0), ints(-1, -1, -1, 1, -1)),
                        tf.slice(columns, ints(0, 0, 0, 1, 0), ints(-1, -1, -1, 1, -1))),
                ints(-1, half, half, channels));
    }

    private Operand<TFloat32> kernel3x3(String name, int from, int to) {
        return weights.trained(tf, name + ".kernel", Shape.of(3, 3, from, to), new Initial.Normal(2, 9L * from), true);
    }

    private Operand<TFloat32> convolve(Operand<TFloat32> x, Operand<TFloat32> kernel) {
        return tf.nn.conv2d(x, kernel, List.of(1L, 1L, 1L, 1L), "SAME");
    }

    /** What becomes of an odd row and column: TensorFlow's names. */
    enum Padding {
        VALID,
        SAME
    }

    private Operand<TInt32> ints(int... values) {
        return tf.constant(values);
    }

    /** Batch normalisation: by the batch's statistics while training, by the running ones when served. */
    Operand<TFloat32> batchNorm(String name, Operand<TFloat32> x, int channels) {
        Shape shape = Shape.of(channels);
        Operand<TFloat32> scale = weights.trained(tf, name + ".scale", shape, new Initial.Constant(1), false);
        Operand<TFloat32> offset = weights.trained(tf, name + ".offset", shape, new Initial.Constant(0), false);
        Operand<TFloat32> mean = weights.observed(tf, name + ".mean", shape, new Initial.Constant(0));
        Operand<TFloat32> variance = weights.observed(tf, name + ".variance", shape, new Initial.Constant(1));
        if (!weights.isTraining()) {
            Operand<TFloat32> factor =
                    tf.math.mul(scale, tf.math.rsqrt(tf.math.add(variance, tf.constant(NORM_EPSILON))));
            return tf.math.add(tf.math.mul(x, factor), tf.math.sub(offset, tf.math.mul(mean, factor)));
        }
        Operand<TFloat32> none = tf.constant(new float[0]);
        FusedBatchNorm<TFloat32, TFloat32> normalised = tf.nn.fusedBatchNorm(
                x, scale, offset, none, none, FusedBatchNorm.isTraining(true), FusedBatchNorm.epsilon(NORM_EPSILON));
        weights.observe(tf, name + ".mean", tf.stopGradient(normalised.batchMean()));
        weights.observe(tf, name + ".variance", tf.stopGradient(normalised.batchVariance()));
        return normalised.y();
    }

    /** Mean over height and width; [N, H, W, C] to [N, C]. */
    Operand<TFloat32> globalAveragePool(Operand<TFloat32> x) {
        return tf.math.mean(x, tf.constant(new int[] {1, 2}));
    }

    /** Layer normalisation without affine part; [N, C] to [N, C]. */
    Operand<TFloat32> layerNorm(Operand<TFloat32> x) {
        Operand<TFloat32> centred = tf.math.sub(x, rowMean(x));
        Operand<TFloat32> variance = rowMean(tf.math.square(centred));
        return tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant(LAYER_NORM_EPSILON))));
    }

    /** Linear layer with bias; [N, from] to [N, to]. */
    Operand<TFloat32> linear(String name, Operand<TFloat32> x, int from, int to) {
        Operand<TFloat32> kernel =
                weights.trained(tf, name + ".kernel", Shape.of(from, to), new Initial.Normal(1, from), true);
        Operand<TFloat32> bias = weights.trained(tf, name + ".bias", Shape.of(to), new Initial.Constant(0), false);
        return tf.math.add(tf.linalg.matMul(x, kernel), bias);
    }

    /** Rows divided by sqrt(|v|^2 + 1e-12). */
    Operand<TFloat32> unit(Operand<TFloat32> rows) {
        Operand<TFloat32> squared =
                tf.reduceSum(tf.math.square(rows), tf.constant(new int[] {-1}), ReduceSum.keepDims(true));
        return tf.math.div(rows, tf.math.sqrt(tf.math.add(squared, tf.constant(UNIT_EPSILON))));
    }

    private Operand<TFloat32> rowMean(Operand<TFloat32> x) {
        return tf.math.mean(x, tf.constant(new int[] {-1}), Mean.keepDims(true));
    }
}
