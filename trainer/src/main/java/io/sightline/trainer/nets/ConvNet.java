package io.sightline.trainer.nets;

import io.sightline.embedder.image.Preprocessing;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/**
 * A small convolutional network: stages of 3 x 3 convolution, 2 x 2 max-pooling, batch norm and ReLU, then the head
 * that SEE's networks share (features, LayerNorm without affine part, linear, unit length). Immutable.
 *
 * @param preprocessing its input
 * @param widths channels of each stage
 * @param dimensions d, length of an embedding
 * @param readout what becomes of the last map
 * @param pretrained what it starts with, by name; empty for weights at random
 */
public record ConvNet(
        Preprocessing preprocessing,
        List<Integer> widths,
        int dimensions,
        Readout readout,
        Map<String, HostTensor> pretrained)
        implements EmbeddingNet {

    /** How the last map becomes features. */
    public enum Readout {
        /**
         * Stages pool maps of at least six rows, and a last map of at most three keeps its positions (where in a
         * drawing something is matters); a larger one is averaged.
         */
        POSITIONS,
        /** Every stage pools, odd sides padded, and the last map is averaged, as in the reference figures of SEE. */
        AVERAGE
    }

    /** Enough for small images on a CPU. */
    public static final List<Integer> DEFAULT_WIDTHS = List.of(32, 64, 128, 128);

    private static final float HALF_RANGE = 127.5f;
    private static final int POOLED_FROM = 6;
    private static final int KEPT_UP_TO = 3;

    /** A network that keeps the positions of a small last map. */
    public ConvNet(Preprocessing preprocessing, List<Integer> widths, int dimensions) {
        this(preprocessing, widths, dimensions, Readout.POSITIONS);
    }

    /** A network whose weights start at random. */
    public ConvNet(Preprocessing preprocessing, List<Integer> widths, int dimensions, Readout readout) {
        this(preprocessing, widths, dimensions, readout, Map.of());
    }

    /** Checks that there is a stage. */
    public ConvNet {
        widths = List.copyOf(widths);
        pretrained = Map.copyOf(pretrained);
        if (widths.isEmpty() || dimensions < 2) {
            throw new IllegalArgumentException(
                    "a network needs at least one stage and two dimensions, not " + widths + " and " + dimensions);
        }
    }

    @Override
    public String describe() {
        return "conv " + widths + " on " + preprocessing.describe() + " x " + preprocessing.channels() + ", d = "
                + dimensions
                + (readout == Readout.POSITIONS ? "" : ", averaged");
    }

    @Override
    public Operand<TFloat32> build(Ops tf, Operand<TUint8> image, Weights weights) {
        Layers layers = new Layers(tf, weights);
        Operand<TFloat32> x = tf.math.sub(
                tf.math.div(tf.dtypes.cast(image, TFloat32.class), tf.constant(HALF_RANGE)), tf.constant(1f));
        int channels = preprocessing.channels();
        int side = preprocessing.size();
        for (int stage = 0; stage < widths.size(); stage++) {
            String name = "stage" + (stage + 1);
            int width = widths.get(stage);
            boolean averaged = readout == Readout.AVERAGE;
            if (averaged || side >= POOLED_FROM) {
                Layers.Padding padding = averaged ? Layers.Padding.SAME : Layers.Padding.VALID;
                x = layers.pooledConvolution3x3(name + ".conv", x, side, channels, width, padding);
                side = averaged ? (side + 1) / 2 : side / 2;
            } else {
                x = layers.convolution3x3(name + ".conv", x, channels, width);
            }
            x = tf.nn.relu(layers.batchNorm(Layers.NormNames.of(name + ".norm"), x, width));
            channels = width;
        }
        boolean kept = readout == Readout.POSITIONS && side <= KEPT_UP_TO;
        int count = kept ? side * side * channels : channels;
        Operand<TFloat32> features =
                kept ? tf.reshape(x, tf.constant(new int[] {-1, count})) : layers.globalAveragePool(x);
        return layers.unit(layers.linear("head.", layers.layerNorm(features), count, dimensions));
    }
}
