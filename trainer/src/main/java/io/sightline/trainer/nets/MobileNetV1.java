package io.sightline.trainer.nets;

import java.util.List;
import java.util.Locale;
import org.tensorflow.Operand;
import org.tensorflow.types.TFloat32;

/**
 * MobileNet v1 (Howard et al., 2017) with its batch norms folded into the convolutions: a 3 x 3 convolution and thirteen
 * pairs of a convolution by channel and a 1 x 1 convolution, ReLU6 after each, then the mean over all positions. Padded as
 * TensorFlow's SAME. Weights are called {@code 00.conv.weight}, {@code 01.depthwise.weight}, {@code 02.pointwise.bias} ..
 *
 * @param multiplier of the number of channels, 0.25, 0.5, 0.75 or 1 in what is published
 */
public record MobileNetV1(double multiplier) implements Backbone {

    private static final int FIRST = 32;
    private static final List<Integer> WIDTHS =
            List.of(64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024);
    private static final List<Integer> STRIDES = List.of(1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1);
    private static final int LEAST = 8;
    private static final double PERCENT = 100;

    /** Checks the multiplier. */
    public MobileNetV1 {
        if (!(multiplier > 0 && multiplier <= 4)) {
            throw new IllegalArgumentException("a width multiplier is above 0 and at most 4, not " + multiplier);
        }
    }

    @Override
    public String name() {
        return String.format(Locale.ROOT, "mobilenet_v1_%03d", Math.round(PERCENT * multiplier));
    }

    @Override
    public int features() {
        return width(WIDTHS.getLast());
    }

    /** A pair of convolutions is a layer; weights begin with their convolution's number. */
    @Override
    public int layersAbove(String weight) {
        int convolution = Integer.parseInt(weight.substring(0, weight.indexOf('.')));
        return WIDTHS.size() - (convolution + 1) / 2;
    }

    @Override
    public Operand<TFloat32> build(Layers layers, Operand<TFloat32> x, int side) {
        int channels = width(FIRST);
        Operand<TFloat32> y = layers.relu6(layers.biased(
                "00.conv", layers.convolution("00.conv.weight", x, new Layers.Kernel(3, 3, channels, 2)), channels));
        for (int pair = 0; pair < WIDTHS.size(); pair++) {
            int next = width(WIDTHS.get(pair));
            String depthwise = String.format(Locale.ROOT, "%02d.depthwise", 2 * pair + 1);
            y = layers.relu6(layers.biased(
                    depthwise, layers.depthwise3x3(depthwise + ".weight", y, channels, STRIDES.get(pair)), channels));
            String pointwise = String.format(Locale.ROOT, "%02d.pointwise", 2 * pair + 2);
            y = layers.relu6(layers.biased(
                    pointwise,
                    layers.convolution(pointwise + ".weight", y, new Layers.Kernel(1, channels, next, 1)),
                    next));
            channels = next;
        }
        return layers.globalAveragePool(y);
    }

    private int width(int channels) {
        return Math.max(LEAST, (int) (channels * multiplier));
    }
}
