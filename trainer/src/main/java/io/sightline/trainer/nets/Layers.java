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

/** The layers that networks are put together from. Images are [N, H, W, C] float32; for tokens see {@link TokenLayers}. */
public final class Layers {

    private static final int FEW_CHANNELS = 4;
    private static final float NORM_EPSILON = 1e-5f;
    private static final float LAYER_NORM_EPSILON = 1e-6f;
    private static final float UNIT_EPSILON = 1e-12f;
    private static final double RELU_GAIN = 2;

    private final Ops tf;
    private final Weights weights;

    /** Adds layers to a graph, whose weights come from outside. */
    Layers(Ops tf, Weights weights) {
        this.tf = tf;
        this.weights = weights;
    }

    /** Where they are built. */
    Ops tf() {
        return tf;
    }

    /** Where their weights come from. */
    Weights weights() {
        return weights;
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
        return kernel(name + ".kernel", new Kernel(3, from, to, 1));
    }

    private Operand<TFloat32> kernel(String name, Kernel kernel) {
        Shape shape = Shape.of(kernel.side, kernel.side, kernel.from, kernel.to);
        long fanIn = (long) kernel.side * kernel.side * kernel.from;
        return weights.trained(
                tf, new Weight(name, shape, Weight.Kind.CONVOLUTION, new Initial.Normal(RELU_GAIN, fanIn)));
    }

    /** Sizes of a square convolution. */
    record Kernel(int side, int from, int to, int stride) {

        private List<Long> strides() {
            return List.of(1L, (long) stride, (long) stride, 1L);
        }
    }

    /** Convolution without bias; padded as TensorFlow's SAME: what is missing is at the bottom and on the right. */
    Operand<TFloat32> convolution(String name, Operand<TFloat32> x, Kernel kernel) {
        return tf.nn.conv2d(x, kernel(name, kernel), kernel.strides(), "SAME");
    }

    /** Convolution without bias; padded as in PyTorch: half of the kernel's side on each side. */
    Operand<TFloat32> paddedConvolution(String name, Operand<TFloat32> x, Kernel kernel) {
        return tf.nn.conv2d(
                padded(x, kernel.side / 2, tf.constant(0f)), kernel(name, kernel), kernel.strides(), "VALID");
    }

    /** 3 x 3 convolution of each channel by itself, without bias; padded as TensorFlow's SAME. */
    Operand<TFloat32> depthwise3x3(String name, Operand<TFloat32> x, int channels, int stride) {
        Operand<TFloat32> kernel = weights.trained(
                tf,
                new Weight(name, Shape.of(3, 3, channels, 1), Weight.Kind.DEPTHWISE, new Initial.Normal(RELU_GAIN, 9)));
        return tf.nn.depthwiseConv2dNative(x, kernel, List.of(1L, (long) stride, (long) stride, 1L), "SAME");
    }

    /** Adds a bias to the last dimension. */
    Operand<TFloat32> biased(String name, Operand<TFloat32> x, int channels) {
        return tf.math.add(x, bias(name + ".bias", channels));
    }

    /** 3 x 3 max-pooling with stride 2, padded as in PyTorch. */
    Operand<TFloat32> maxPool3x3(Operand<TFloat32> x) {
        Operand<TInt32> strides = ints(1, 2, 2, 1);
        return tf.nn.maxPool(padded(x, 1, tf.constant(-Float.MAX_VALUE)), ints(1, 3, 3, 1), strides, "VALID");
    }

    private Operand<TFloat32> padded(Operand<TFloat32> x, int by, Operand<TFloat32> value) {
        return by == 0 ? x : tf.pad(x, tf.reshape(ints(0, 0, by, by, by, by, 0, 0), ints(4, 2)), value);
    }

    Operand<TFloat32> relu(Operand<TFloat32> x) {
        return tf.nn.relu(x);
    }

    Operand<TFloat32> relu6(Operand<TFloat32> x) {
        return tf.nn.relu6(x);
    }

    Operand<TFloat32> add(Operand<TFloat32> x, Operand<TFloat32> y) {
        return tf.math.add(x, y);
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

    /**
     * Names of a batch norm's weights.
     *
     * @param scale gamma
     * @param offset beta
     */
    record NormNames(String scale, String offset, String mean, String variance) {

        static NormNames of(String name) {
            return new NormNames(name + ".scale", name + ".offset", name + ".mean", name + ".variance");
        }

        static NormNames pyTorch(String name) {
            return new NormNames(name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var");
        }
    }

    /** Batch normalisation: by the batch's statistics while these are trained, else by the running ones. */
    Operand<TFloat32> batchNorm(NormNames names, Operand<TFloat32> x, int channels) {
        Operand<TFloat32> scale = norm(names.scale, channels, 1);
        Operand<TFloat32> offset = norm(names.offset, channels, 0);
        Operand<TFloat32> mean = statistic(names.mean, channels, 0);
        Operand<TFloat32> variance = statistic(names.variance, channels, 1);
        if (!weights.usesBatchStatistics()) {
            Operand<TFloat32> factor =
                    tf.math.mul(scale, tf.math.rsqrt(tf.math.add(variance, tf.constant(NORM_EPSILON))));
            return tf.math.add(tf.math.mul(x, factor), tf.math.sub(offset, tf.math.mul(mean, factor)));
        }
        Operand<TFloat32> none = tf.constant(new float[0]);
        FusedBatchNorm<TFloat32, TFloat32> normalised = tf.nn.fusedBatchNorm(
                x, scale, offset, none, none, FusedBatchNorm.isTraining(true), FusedBatchNorm.epsilon(NORM_EPSILON));
        weights.observe(tf, names.mean, tf.stopGradient(normalised.batchMean()));
        weights.observe(tf, names.variance, tf.stopGradient(normalised.batchVariance()));
        return normalised.y();
    }

    private Operand<TFloat32> norm(String name, int channels, float start) {
        return weights.trained(tf, new Weight(name, Shape.of(channels), Weight.Kind.NORM, new Initial.Constant(start)));
    }

    private Operand<TFloat32> statistic(String name, int channels, float start) {
        return weights.observed(
                tf, new Weight(name, Shape.of(channels), Weight.Kind.STATISTIC, new Initial.Constant(start)));
    }

    private Operand<TFloat32> bias(String name, int channels) {
        return weights.trained(tf, new Weight(name, Shape.of(channels), Weight.Kind.BIAS, new Initial.Constant(0)));
    }

    /** Mean over height and width; [N, H, W, C] to [N, C]. */
    Operand<TFloat32> globalAveragePool(Operand<TFloat32> x) {
        return tf.math.mean(x, tf.constant(new int[] {1, 2}));
    }

    /** Layer normalisation without affine part, over the last dimension. */
    Operand<TFloat32> layerNorm(Operand<TFloat32> x) {
        Operand<TFloat32> centred = tf.math.sub(x, rowMean(x));
        Operand<TFloat32> variance = rowMean(tf.math.square(centred));
        return tf.math.mul(centred, tf.math.rsqrt(tf.math.add(variance, tf.constant(LAYER_NORM_EPSILON))));
    }

    /** Layer normalisation with scale and offset, over the last dimension. */
    Operand<TFloat32> layerNorm(String name, Operand<TFloat32> x, int width) {
        return tf.math.add(tf.math.mul(layerNorm(x), norm(name + ".weight", width, 1)), norm(name + ".bias", width, 0));
    }

    /**
     * Linear layer with bias; [N, from] to [N, to].
     *
     * @param prefix of {@code kernel} and {@code bias}
     */
    Operand<TFloat32> linear(String prefix, Operand<TFloat32> x, int from, int to) {
        return linear(prefix + "kernel", prefix + "bias", new Initial.Normal(1, from), x, from, to);
    }

    /** Linear layer whose weights have names of their own; [N, from] to [N, to]. */
    Operand<TFloat32> linear(String kernelName, String biasName, Initial start, Operand<TFloat32> x, int from, int to) {
        Operand<TFloat32> kernel =
                weights.trained(tf, new Weight(kernelName, Shape.of(from, to), Weight.Kind.LINEAR, start));
        return tf.math.add(tf.linalg.matMul(x, kernel), bias(biasName, to));
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
